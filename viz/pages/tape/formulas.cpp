#include "viz/pages/tape/formulas.hpp"

#include <algorithm>
#include <stdexcept>

namespace glass::viz {

namespace {

const std::vector<Formula> formulas{
    {"add", "y = a + b", {"a", "b"}, {"da = dy", "db = dy"}},
    {"add_number", "y = x + number", {"x"}, {"dx = dy"}},
    {"affine_sample", "y[p] = Σ_q k(A p − q) x[q]", {"x"}, {"dx[q] = Σ_p k(A p − q) dy[p]"}},
    {"alpha_norm", "y = Σ_i |x_i|^α", {"x"}, {"dx = α |x|^(α − 1) sign(x) dy"}},
    {"avg_pool2d",
     "y[n,c,p,q] = (1 / RS) Σ_{r,s} x[n,c,h,w]",
     {"x"},
     {"dx: each x under a window receives dy / RS from it"}},
    {"batch_norm2d",
     "y = w x̂ + b with x̂ = (x − mean) / √(var + ε), per channel",
     {"x", "w", "b"},
     {"dx = w / √(var + ε) dy; in training dx = w / √(var + ε) (dy − db / M − x̂ dw / M)",
      "dw = Σ dy x̂", "db = Σ dy"}},
    {"conv2d",
     "y[n,k,p,q] = b[k] + Σ_{c,r,s} w[k,c,r,s] x[n,c,h,w] with h = p stride + r − padding and "
     "w = q stride + s − padding",
     {"x", "w", "b"},
     {"dx[n,c,h,w] = the sum over the (k,p,q,r,s) that read (h,w) of w[k,c,r,s] dy[n,k,p,q]",
      "dw[k,c,r,s] = Σ_{n,p,q} x[n,c,h,w] dy[n,k,p,q]", "db[k] = Σ_{n,p,q} dy[n,k,p,q]"}},
    {"cross_entropy",
     "y = −(1/N) Σ_nk t[n,k] log softmax(x)[n,k], t[n] = (1 − s) onehot(label_n) + s / K",
     {"x"},
     {"dx = (softmax(x) − t) dy / N"}},
    {"dropout",
     "y = m x, where the mask m is 0 with probability p, else 1 / (1 − p)",
     {"x"},
     {"dx = m dy"}},
    {"elu", "y = x where x > 0, else α (e^x − 1)", {"x"}, {"dx = dy where y > 0, else (y + α) dy"}},
    {"gather", "y[n] = x[n, columns[n]]", {"x"}, {"dx[n, columns[n]] = dy[n], and 0 elsewhere"}},
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
     "y_k = x_k − log Σ_j e^{x_j} in each row",
     {"x"},
     {"dx_j = dy_j − e^{y_j} Σ_k dy_k"}},
    {"matmul", "y = a b", {"a", "b"}, {"da = dy bᵀ", "db = aᵀ dy"}},
    {"max_pool2d",
     "y[n,c,p,q] = the largest x[n,c,h,w] under the window",
     {"x"},
     {"dx: all of dy goes to that element; of equal ones, to the first"}},
    {"mean", "y = (1/n) Σ_i x_i", {"x"}, {"dx_i = dy / n"}},
    {"mse", "y = (1/n) Σ_i (a_i − b_i)²", {"a", "b"}, {"da = (2/n) (a − b) dy", "db = −da"}},
    {"mul", "y = a b, element by element", {"a", "b"}, {"da = dy b", "db = dy a"}},
    {"mul_number", "y = number x", {"x"}, {"dx = number dy"}},
    {"neg", "y = −x", {"x"}, {"dx = −dy"}},
    {"normalise", "y[n,c,..] = (x[n,c,..] − mean[c]) / std[c]", {"x"}, {"dx = dy / std[c]"}},
    {"pad",
     "y[n,c,h,w] = x[n,c,h − top,w − left] inside the image, fill outside",
     {"x"},
     {"dx is what of dy lies inside"}},
    {"relu", "y = max(x, 0)", {"x"}, {"dx = dy where y > 0, else 0"}},
    {"reshape", "y has x's elements in the same order, in another shape", {"x"}, {"dx = dy"}},
    {"select", "y = x[index]", {"x"}, {"dx[index] = dy, and 0 elsewhere"}},
    {"sigmoid", "y = 1 / (1 + e^−x)", {"x"}, {"dx = y (1 − y) dy"}},
    {"softmax",
     "y_k = e^{x_k} / Σ_j e^{x_j} in each row",
     {"x"},
     {"dx_j = y_j (dy_j − Σ_k dy_k y_k)"}},
    {"square", "y = x²", {"x"}, {"dx = 2 x dy"}},
    {"sub", "y = a − b", {"a", "b"}, {"da = dy", "db = −dy"}},
    {"sum", "y = Σ_i x_i", {"x"}, {"dx_i = dy"}},
    {"tanh", "y = tanh(x)", {"x"}, {"dx = (1 − y²) dy"}},
    {"total_variation",
     "y = Σ_ij (q_ij + ε)^(β/2), with q = right² + down² of the forward differences",
     {"x"},
     {"with c = β (q + ε)^(β/2 − 1) dy, pixel (i,j) receives −c (right + down), its right "
      "neighbour "
      "c right and its lower neighbour c down"}},
    {"unit_rows", "y = x / |x| in each row", {"x"}, {"dx = (dy − y ⟨y, dy⟩) / |x|"}},
};

}  // namespace

const Formula& formula_of(const std::string& op) {
  const auto found = std::ranges::find(formulas, op, &Formula::op);
  if (found == formulas.end()) throw std::logic_error("no formula for the operation " + op);
  return *found;
}

}  // namespace glass::viz
