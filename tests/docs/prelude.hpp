#pragma once

/// What every block of C++ in the documentation may use without saying so.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>

#include "autograd/implementation.hpp"
#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/statistics.hpp"
#include "autograd/storage_pool.hpp"
#include "autograd/trace.hpp"
#include "nn/io/model_file.hpp"
#include "nn/layers.hpp"
#include "optim/adam.hpp"
#include "optim/adamw.hpp"
#include "optim/schedule.hpp"
#include "optim/sgd.hpp"
#if defined(GLASS_DOUBLE)
#include "autograd/gradcheck.hpp"
#else
#include "viz/invert.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/png.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"
#include "viz/start.hpp"
#endif
