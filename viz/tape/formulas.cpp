#include "viz/tape/formulas.hpp"

#include <algorithm>
#include <stdexcept>

namespace glass::inline GLASS_PRECISION::viz {

namespace {

const std::vector<Formula> formulas{
    {"add", "y = a + b", {"a", "b"}, {"da = dy", "db = dy"}},
    {"add_number", "y = x + number", {"x"}, {"dx = dy"}},
    {"affine_sample", "y[p] = Σ_q k(A p − q) x[q]", {"x"}, {"dx[q] = Σ_p k(A p − q) dy[p]"}},
    {"alpha_norm", "y = Σ |x|^α", {"x"}, {"dx = α |x|^(α−1) sign(x) dy"}},
    {"avg_pool2d",
     "y[n,c,p,q] = the mean of x[n,c] under the window at (p,q)",
     {"x"},
     {"dx: each pixel under the window at (p,q) receives dy[n,c,p,q] / pixels of the window"}},
    {"batch_norm2d",
     "y = w x̂ + b,  x̂ = (x − mean) / √(var + ε), per channel",
     {"x", "w", "b"},
     {"dx = w dy / √(var + ε), and in training less its mean and its part along x̂", "dw = Σ dy x̂",
      "db = Σ dy"}},
    {"conv2d",
     "y[n,k,p,q] = b[k] + Σ_{c,r,s} w[k,c,r,s] x[n,c,p+r,q+s], with stride and padding",
     {"x", "w", "b"},
     {"dx[n,c,h,w] = Σ w[k,c,r,s] dy[n,k,p,q] over all (k,p,q,r,s) that read (h,w)",
      "dw[k,c,r,s] = Σ_{n,p,q} x[n,c,p+r,q+s] dy[n,k,p,q]", "db[k] = Σ_{n,p,q} dy[n,k,p,q]"}},
    {"cross_entropy",
     "y = −1/N Σ_n log softmax(x)[n, label_n]",
     {"x"},
     {"dx = (softmax(x) − onehot(label)) dy / N"}},
    {"dropout", "y = m x, m = 0 with probability p, else 1/(1−p)", {"x"}, {"dx = m dy"}},
    {"elu",
     "y = x where x > 0, else α (exp(x) − 1)",
     {"x"},
     {"dx = dy where x > 0, else (y + α) dy"}},
    {"gather", "y[n] = x[n, column_n]", {"x"}, {"dx[n, column_n] = dy[n], and 0 elsewhere"}},
    {"hartley2d", "y = A_H x A_W in each plane", {"x"}, {"dx = A_H dy A_W"}},
    {"leaky_relu",
     "y = x where x > 0, else slope x",
     {"x"},
     {"dx = dy where x > 0, else slope dy"}},
    {"linear",
     "y[n,o] = b[o] + Σ_i w[o,i] x[n,i]",
     {"x", "w", "b"},
     {"dx[n,i] = Σ_o dy[n,o] w[o,i]", "dw[o,i] = Σ_n dy[n,o] x[n,i]", "db[o] = Σ_n dy[n,o]"}},
    {"log_softmax",
     "y[n,k] = x[n,k] − log Σ_j exp(x[n,j])",
     {"x"},
     {"dx = dy − softmax(x) Σ_j dy[n,j]"}},
    {"matmul", "y = a b", {"a", "b"}, {"da = dy bᵀ", "db = aᵀ dy"}},
    {"max_pool2d",
     "y[n,c,p,q] = the largest x[n,c] under the window at (p,q)",
     {"x"},
     {"dx: the largest pixel of each window receives dy[n,c,p,q], the others nothing"}},
    {"mean", "y = 1/n Σ_i x_i", {"x"}, {"dx_i = dy / n"}},
    {"mse", "y = mean of (a − b)²", {"a", "b"}, {"da = 2 (a − b) dy / n", "db = −da"}},
    {"mul", "y = a b, element by element", {"a", "b"}, {"da = b dy", "db = a dy"}},
    {"mul_number", "y = number x", {"x"}, {"dx = number dy"}},
    {"neg", "y = −x", {"x"}, {"dx = −dy"}},
    {"normalise", "y[n,c] = (x[n,c] − mean[c]) / std[c]", {"x"}, {"dx[n,c] = dy[n,c] / std[c]"}},
    {"pad",
     "y[n,c,h,w] = x[n,c,h−top,w−left] inside x, fill outside",
     {"x"},
     {"dx = what of dy lies inside x"}},
    {"relu", "y = max(x, 0)", {"x"}, {"dx = dy where y > 0, else 0"}},
    {"reshape", "y = x in another shape", {"x"}, {"dx = dy in the old shape"}},
    {"select", "y = x[index]", {"x"}, {"dx[index] = dy, and 0 elsewhere"}},
    {"sigmoid", "y = 1 / (1 + exp(−x))", {"x"}, {"dx = y (1 − y) dy"}},
    {"softmax",
     "y[n,k] = exp(x[n,k]) / Σ_j exp(x[n,j])",
     {"x"},
     {"dx[n,k] = y[n,k] (dy[n,k] − Σ_j y[n,j] dy[n,j])"}},
    {"square", "y = x²", {"x"}, {"dx = 2 x dy"}},
    {"sub", "y = a − b", {"a", "b"}, {"da = dy", "db = −dy"}},
    {"sum", "y = Σ_i x_i", {"x"}, {"dx_i = dy"}},
    {"tanh", "y = tanh(x)", {"x"}, {"dx = (1 − y²) dy"}},
    {"total_variation",
     "y = Σ_ij (q_ij + ε)^(β/2),  q = (x[i,j+1] − x[i,j])² + (x[i+1,j] − x[i,j])²",
     {"x"},
     {"dx: with c = β (q + ε)^(β/2−1) dy, a pixel receives −c (right + down), its right neighbour "
      "c right, its lower one c down"}},
    {"unit_rows", "y = x / |x| in each row", {"x"}, {"dx = (dy − y ⟨y, dy⟩) / |x|"}},
};

}  // namespace

const Formula& formula_of(const std::string& op) {
  const auto found = std::ranges::find(formulas, op, &Formula::op);
  if (found == formulas.end()) throw std::logic_error("no formula for the operation " + op);
  return *found;
}

}  // namespace glass::inline GLASS_PRECISION::viz
