#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS  // sanitized.cpp says more of a crash
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <sstream>

#include "docs/exercises/exercise.hpp"

namespace {

/// What verdicts begin with: nothing for students, and for grade.py a word that it told this program alone, so
/// that no answer can print verdicts of its own.
std::string mark() {
  const char* told = std::getenv("GLASS_MARK");
  const std::string word = told ? told : "";
  unsetenv("GLASS_MARK");
  return word;
}

/// The outcome of each case in a line, and below it what is wrong: less than doctest tells by itself,
/// and what a student needs next.
class Report final : public doctest::IReporter {
 public:
  static inline Report* running = nullptr;

  explicit Report(const doctest::ContextOptions& options) : out_(*options.cout) { running = this; }

  void test_run_start() override { out_ << exercise.title << '\n'; }
  void test_case_start(const doctest::TestCaseData& test) override {
    name_ = test.m_name;
    mistakes_.str("");
  }
  void log_assert(const doctest::AssertData& assertion) override {
    if (!assertion.m_failed) return;
    const int count = get_num_active_contexts();
    for (int i = 0; i < count; ++i) {
      mistakes_ << "          ";
      get_active_contexts()[i]->stringify(&mistakes_);
      mistakes_ << '\n';
    }
    if (count == 0) mistakes_ << "          expected " << assertion.m_expr << '\n';
  }
  void log_message(const doctest::MessageData& message) override {
    mistakes_ << "          " << message.m_string << '\n';
  }
  void test_case_exception(const doctest::TestCaseException& exception) override {
    mistakes_ << "          " << exception.error_string << '\n';
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    const bool passes = stats.failure_flags == 0;
    out_ << mark_ << (passes ? "  passes  " : "  fails   ") << name_ << '\n';
    if (!passes) out_ << mistakes_.str();
    out_.flush();  // a case that hangs is the one after the last line
  }
  void test_run_end(const doctest::TestRunStats& stats) override {
    const auto run = stats.numTestCasesPassingFilters, failed = stats.numTestCasesFailed;
    out_ << mark_ << run - failed << " of " << run << " pass.";
    if (failed > 0) out_ << where();
    out_ << std::endl;
  }
  void crash(const std::string& mistake) {
    out_ << mark_ << "  fails   " << name_ << '\n';
    out_ << mistakes_.str() << "          " << mistake << '\n';
    out_ << "Stopped here: the cases after it did not run." << where() << std::endl;
  }

  void report_query(const doctest::QueryData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}

 private:
  static std::string where() {
    return std::string(" Yours: ") + exercise.yours + ". Read " + exercise.chapter + '.';
  }

  std::ostream& out_;
  std::string name_;
  std::ostringstream mistakes_;
  const std::string mark_ = mark();
};

}  // namespace

void end_case(const std::string& mistake) {
  Report::running->crash(mistake);
  std::_Exit(1);
}

REGISTER_REPORTER("exercise", 1, Report);

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  context.setOption("reporters", "exercise");
  context.setOption("no-intro", true);
  context.setOption("order-by", "file");
  return context.run();
}
