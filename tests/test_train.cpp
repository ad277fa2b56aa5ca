#include <doctest/doctest.h>

#include "autograd/threads.hpp"
#include "nn/data/data_folder.hpp"
#include "nn/io/model_file.hpp"
#include "tensors.hpp"
#include "test_data_files.hpp"
#include "weights/card.hpp"
#include "weights/checkpoint.hpp"
#include "weights/progress.hpp"
#include "weights/provenance.hpp"

namespace {

using namespace glass;
using namespace glass::data;
using namespace glass::training;
using testing::numbers;

const TrainOptions short_run{.epochs = 4, .batch = 32, .augmentation = {.shift = 1, .noise = 0.05}};

DataFolder squares() {
  const TemporaryFolder folder;
  data_files::write_square_folder(folder);
  return read_data_folder(folder / "", {1, 12, 12}, 3);
}

nn::Model square_network() {
  const TemporaryFolder folder;
  data_files::write(folder / "squares.json", data_files::square_model);
  return nn::load_description(folder / "squares.json", 5);
}

std::vector<real> train(const Dataset& data, const TrainOptions& options) {
  nn::Model model = square_network();
  Trainer trainer(model, data, options);
  EpochResult result;
  while (trainer.epochs_done() < options.epochs) trainer.run_epoch(result);
  return numbers(model);
}

/// Like `train`, but after each epoch everything is thrown away except a checkpoint.
std::vector<real> train_in_pieces(const Dataset& data, const TrainOptions& options) {
  const TemporaryFolder folder;
  const std::string path = folder / "c.safetensors";
  for (int epoch = 0;; ++epoch) {
    nn::Model model = square_network();
    Trainer trainer(model, data, options);
    BestWeights best(model);
    if (epoch > 0) CHECK(load_checkpoint(trainer, best, path) == options.epochs);
    CHECK(trainer.epochs_done() == epoch);
    CHECK(best.epoch() == epoch);
    if (epoch == options.epochs) return numbers(model);
    EpochResult result;
    trainer.run_epoch(result);
    best.consider(model, epoch + 1, 10 + epoch);
    save_checkpoint(trainer, best, path);
    // An interrupted epoch leaves no trace in what is resumed.
    CHECK_FALSE(trainer.run_epoch(result, [](const TrainStep&) { return false; }));
  }
}

}  // namespace

TEST_CASE("train: the loss falls and the squares are told apart") {
  const DataFolder data = squares();
  for (const std::string& optimiser : optimiser_names) {
    for (const std::string& schedule : schedule_names) {
      CAPTURE(optimiser);
      CAPTURE(schedule);
      nn::Model model = square_network();
      const double lr = optimiser == "sgd" ? 0.02 : 0.005;
      Trainer trainer(
          model, data.training,
          {.epochs = 4, .batch = 32, .optimiser = optimiser, .lr = lr, .schedule = schedule});
      CHECK(trainer.images_per_epoch() == 288);
      EpochResult first, last;
      REQUIRE(trainer.run_epoch(first));
      while (trainer.epochs_done() < 4) REQUIRE(trainer.run_epoch(last));
      CHECK(first.images == 288);
      CHECK(last.loss < first.loss / 2);
      const Evaluation test = evaluate(model, data.test);
      CHECK(test.total() == 60);
      CHECK(test.accuracy() > 0.9);
    }
  }
}

TEST_CASE("train: one and two threads give the same bytes, another seed others") {
  const DataFolder data = squares();
  kernels::set_threads(1);
  const std::vector<real> one = train(data.training, short_run);
  kernels::set_threads(2);
  const std::vector<real> two = train(data.training, short_run);
  kernels::set_threads(0);
  CHECK(one == two);
  TrainOptions other = short_run;
  other.seed = 1;
  CHECK(train(data.training, other) != one);
}

TEST_CASE("train: whoever watches sees every step, some with a tape, and changes nothing") {
  const DataFolder data = squares();
  nn::Model model = square_network();
  Trainer trainer(model, data.training, short_run);
  trainer.record_every(4);
  Index steps = 0, tapes = 0;
  EpochResult result;
  while (trainer.epochs_done() < short_run.epochs) {
    trainer.run_epoch(result, [&](const TrainStep& step) {
      CHECK(step.step == ++steps);
      CHECK(step.loss > 0);
      CHECK((step.trace != nullptr) == (step.step % 4 == 0));
      if (!step.trace) return true;
      ++tapes;
      const auto is_weight = [](const Trace::Entry& entry) {
        return entry.role == Trace::Role::weight && entry.gradient == Trace::Gradient::computed;
      };
      CHECK(std::ranges::count_if(step.trace->entries(), is_weight) ==
            static_cast<long>(model.parameters().size()));
      return true;
    });
  }
  CHECK(steps == short_run.epochs * trainer.steps_per_epoch());
  CHECK(tapes == steps / 4);
  CHECK(numbers(model) == train(data.training, short_run));
}

TEST_CASE("train: a run that is resumed after every epoch ends in the same bytes") {
  const DataFolder data = squares();
  for (const std::string& optimiser : optimiser_names) {
    CAPTURE(optimiser);
    TrainOptions options = short_run;
    options.optimiser = optimiser;
    options.weight_decay = 0.01;
    CHECK(train_in_pieces(data.training, options) == train(data.training, options));
  }
}

TEST_CASE("train: a checkpoint names the option that differs") {
  const TemporaryFolder folder;
  const DataFolder data = squares();
  nn::Model model = square_network();
  BestWeights best(model);
  save_checkpoint(Trainer(model, data.training, short_run), best, folder / "c.safetensors");
  const auto message = [&](auto change) {
    TrainOptions options = short_run;
    change(options);
    Trainer trainer(model, data.training, options);
    try {
      load_checkpoint(trainer, best, folder / "c.safetensors");
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message([](TrainOptions&) {}).empty());
  CHECK(message([](TrainOptions& o) { o.epochs = 9; }).empty());
  const auto names = [&](const char* option, auto change) {
    CHECK_MESSAGE(message(change).find(option) != std::string::npos, option);
  };
  names("--lr", [](TrainOptions& o) { o.lr = 0.003; });
  names("--batch", [](TrainOptions& o) { o.batch = 16; });
  names("--optimiser", [](TrainOptions& o) { o.optimiser = "adamw"; });
  names("--schedule", [](TrainOptions& o) { o.schedule = "step"; });
  names("--weight-decay", [](TrainOptions& o) { o.weight_decay = 1; });
  names("--noise", [](TrainOptions& o) { o.augmentation.noise = 0.5; });
  names("--shift", [](TrainOptions& o) { o.augmentation.shift = 2; });
  names("--augment", [](TrainOptions& o) { o.augmentation.flip = true; });
  names("--label-smoothing", [](TrainOptions& o) { o.label_smoothing = 0.1; });
  names("--adversarial", [](TrainOptions& o) { o.attack.norm = "l2"; });
  names("--eps", [](TrainOptions& o) { o.attack.eps = 0.1; });
  names("--pgd-steps", [](TrainOptions& o) { o.attack.steps = 9; });
  names("--seed", [](TrainOptions& o) { o.seed = std::uint64_t{1} << 40; });
}

TEST_CASE("train: a learning rate that is far too large is noticed") {
  const DataFolder data = squares();
  nn::Model model = square_network();
  Trainer trainer(model, data.training, {.optimiser = "sgd", .lr = 1e30, .schedule = "constant"});
  EpochResult result;
  CHECK_THROWS_AS(trainer.run_epoch(result), DivergedError);
}

TEST_CASE("train: the best weights are kept, and of equals the later ones") {
  nn::Model model = square_network();
  const Tensor weight = model.parameters()[0].tensor;
  BestWeights best(model);
  const auto epoch = [&](int number, Index correct, double value) {
    weight.mutable_data()[0] = static_cast<real>(value);
    best.consider(model, number, correct);
  };
  epoch(1, 7, 10);
  epoch(2, 9, 20);
  epoch(3, 9, 30);
  epoch(4, 8, 40);
  CHECK(best.epoch() == 3);
  CHECK(best.correct() == 9);
  best.restore(model);
  CHECK(weight.data()[0] == 30);
}

TEST_CASE("train: an evaluation counts truths against answers") {
  const Evaluation two{.classes = 2, .confusion = {3, 1, 0, 4}};
  CHECK(two.correct() == 7);
  CHECK(two.total() == 8);
  CHECK(two.accuracy() == 0.875);
  CHECK(argmax(Tensor::from({2, 3}, {0, 2, 1, 5, 5, 4}), 1) == std::vector<Index>{1, 0});
  CHECK(accuracy_text(9912, 10000) == "99.12 % (9912 of 10000)");
}

TEST_CASE("train: the progress bar shows speed, and what is left of a session") {
  const ImagesSeen half{.epoch = 2,
                      .epochs = 3,
                      .images = 500,
                      .images_per_epoch = 1000,
                      .images_this_session = 1500,
                      .seconds = 15};
  CHECK(progress_bar(half) == "epoch 2/3 [############............] 100 images/s");
  CHECK(half.share() == 0.5);
}

TEST_CASE("train: the card's command line works elsewhere") {
  const auto command = [](std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    return command_for_card(static_cast<int>(argv.size()), argv.data());
  };
  CHECK(command({"build/bin/train", "weights/m.json", "--data", "/home/me/mnist/", "--lr",
                 "0.1"}) == "train weights/m.json --data mnist --lr 0.1");
  CHECK(command({"t", "/home/me/m.json", "--data=../mnist", "--resume", "--threads", "2",
                 "--commit", "a b"}) == "train m.json --data=mnist");
  CHECK(command({"t", "--threads", "2", "m.json", "--resume", "-o", "/tmp/o.json"}) ==
        "train m.json -o o.json");
  CHECK(command({"t", "m.json", "--report", "/tmp/r.html", "--lr", "1", "--report=r.html"}) ==
        "train m.json --lr 1");
  CHECK(command({"t", "my model.json", "--commit=x", "--out", "it's.json"}) ==
        "train 'my model.json' --out 'it'\\''s.json'");
}
