#include <iostream>
#include <numeric>

#include "nn/data/data_folder.hpp"
#include "nn/io/model_file.hpp"
#include "optim/adam.hpp"
#include "weights/evaluate.hpp"

using namespace glass;

/// Trains the small network of weights/tiny.json on MNIST from scratch: mnist FOLDER [EPOCHS]
int main(int argc, char** argv) try {
  if (argc < 2) throw Error("usage: mnist FOLDER [EPOCHS], the folder with MNIST's four files");
  const int epochs = argc > 2 ? std::atoi(argv[2]) : 3;
  nn::Model model = nn::load_description("weights/tiny.json");
  const data::DataFolder data = data::read_data_folder(argv[1], model.input_shape, 10);

  Rng rng(0);
  std::vector<Index> order(data.training.labels.size());
  std::iota(order.begin(), order.end(), 0);
  optim::Adam adam(nn::tensors(model.parameters()), {.lr = 0.003});

  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
    model.train();
    for (std::size_t begin = 0; begin < order.size(); begin += 64) {
      const std::size_t size = std::min<std::size_t>(64, order.size() - begin);
      const data::Batch batch =
          data::make_batch(data.training, std::span(order).subspan(begin, size));
      adam.zero_grad();
      cross_entropy(model(batch.images), batch.labels).backward();
      adam.step();
    }
    const double right = training::evaluate(model, data.test).accuracy();
    std::cout << "epoch " << epoch << ": " << 100 * right << " % of the test images" << std::endl;
  }
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
