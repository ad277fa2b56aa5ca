#include "viz/cli/viz.hpp"

int main(int argc, char** argv) { return glass::viz::cli::viz(argc, argv); }
