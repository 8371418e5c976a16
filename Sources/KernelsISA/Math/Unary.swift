internal import CKernels
internal import KernelTable

struct Exp: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vexp(x) } }
struct Log: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vlog(x) } }
struct Tanh: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vtanh(x) } }
struct Sigmoid: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vsigmoid(x) } }
struct ErrorFunction: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { verf(x) } }
struct Sine: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vsin(x) } }
struct Cosine: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { vcos(x) } }
struct SquareRoot: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { ck_sqrt(x) } }
struct Absolute: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { ck_abs(x) } }
struct Negated: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { -x } }
struct Floor: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { ck_floor(x) } }
struct Ceil: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { ck_ceil(x) } }
struct RoundEven: VectorMap { @inline(__always) func callAsFunction(_ x: V) -> V { ck_round_even(x) } }

func exp_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Exp()) }
func log_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Log()) }
func tanh_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Tanh()) }
func sigmoid_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Sigmoid()) }
func erf_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, ErrorFunction()) }
func sin_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Sine()) }
func cos_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Cosine()) }
func sqrt_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, SquareRoot()) }
func abs_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Absolute()) }
func negate_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Negated()) }
func floor_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Floor()) }
func ceil_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, Ceil()) }
func round_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ n: Int) { map(x, y, n, RoundEven()) }

func makeUnaryKernels() -> UnaryKernels {
    UnaryKernels(
        exp: exp_f32, log: log_f32, tanh: tanh_f32, sigmoid: sigmoid_f32, erf: erf_f32, sin: sin_f32, cos: cos_f32,
        squareRoot: sqrt_f32, absolute: abs_f32, negate: negate_f32, floor: floor_f32, ceil: ceil_f32, round: round_f32,
        activate: activate_f32)
}
