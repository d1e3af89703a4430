use super::*;
use crate::numeric::Streams;

/// Returns the definition.
fn chains<R: Real>(m: usize, n: usize, k: usize, a: Strided<R>, b: &[R], finish: Finish<R>) -> Vec<R> {
    let left = |i: usize, l: usize| match a.ones && i + 1 == m {
        true => R::ONE,
        false => a.data[i * a.row + l * a.column],
    };
    let cell = |i: usize, j: usize| {
        let products = (0..k).map(|l| (left(i, l), b[l * n + j]));
        let sum = products.fold(R::ZERO, |sum, (a, b)| a.fused(b, sum));
        match finish {
            Finish::Sums => sum,
            Finish::Bias(bias) => sum + bias[j],
            Finish::BiasAndRelu(bias) => (sum + bias[j]).max(R::ZERO),
            Finish::WherePositive(outputs) if outputs[i * n + j] > R::ZERO => sum,
            Finish::WherePositive(_) => R::ZERO,
        }
    };
    (0..m * n).map(|at| cell(at / n, at % n)).collect()
}

fn numbers<R: Real>(count: usize, name: &str) -> Vec<R> {
    let mut stream = Streams::new(1).stream(name);
    (0..count).map(|_| R::from_f64(stream.normal())).collect()
}

fn bits<R: Real>(values: &[R]) -> Vec<[u8; 8]> {
    values.iter().map(|v| v.bytes()).collect()
}

fn agrees<R: Real>(m: usize, n: usize, k: usize) {
    let (a, b, bias) = (numbers::<R>(m * k, "a"), numbers::<R>(k * n, "b"), numbers::<R>(n, "bias"));
    let outputs = numbers::<R>(m * n, "outputs");
    for level in Available::all() {
        for (a, finish) in [
            (Strided::rows(&a, k), Finish::Sums),
            (Strided::rows(&a, k), Finish::Bias(&bias)),
            (Strided::rows(&a, k), Finish::BiasAndRelu(&bias)),
            (Strided::rows(&a, k), Finish::WherePositive(&outputs)),
            (Strided::transposed(&a, m), Finish::Bias(&bias)),
            (Strided::transposed(&a, m), Finish::Sums),
            (Strided::transposed(&a[k..], m - 1).above_ones(), Finish::Sums),
        ] {
            let expected = chains(m, n, k, a, &b, finish);
            // A guard behind c, and old values in it, neither of which may matter.
            let mut c = vec![R::from_f64(f64::NAN); m * n + 40];
            Product::new(m, n, k, a, &b, finish, &mut c).multiply(level, &Alone, 1);
            assert_eq!(bits(&c[..m * n]), bits(&expected), "{level:?} {m}x{n}x{k} {:?}", a.column);
            assert!(c[m * n..].iter().all(|x| !x.is_finite()), "wrote beyond c");
        }
    }
}

#[test]
fn a_product_by_hand() {
    let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0f32], [1.0, 0.0, 0.0, 1.0, 2.0, -1.0f32]);
    let mut c = [0.0; 4];
    matmul(2, 2, 3, Strided::rows(&a, 3), &b, Finish::Bias(&[10.0, 20.0]), &mut c);
    assert_eq!(c, [17.0, 19.0, 26.0, 19.0]);
    matmul(2, 2, 3, Strided::transposed(&a, 2), &b, Finish::Sums, &mut c);
    assert_eq!(c, [11.0, -2.0, 14.0, -2.0], "a is [1 3 5; 2 4 6]");
}

#[test]
fn every_tail_is_the_chain() {
    for m in [1, 2, 5, 6, 7, 11, 12, 13, 25, 32] {
        for n in [1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 24, 31, 32, 33, 49] {
            agrees::<f32>(m, n, 5);
            agrees::<f64>(m, n, 5);
        }
    }
}

#[test]
fn every_block_is_the_chain() {
    for (m, n, k) in [
        (3, 5, 0),
        (3, 5, 1),
        (71, 1, 9),
        (71, 2, 9),
        (5, 2, 0),
        (241, 3, 2),
        (130, 17, 300),
        (2, 33, 769),
        (64, 64, 64),
        (130, 5, 2100),
        (49, 35, 2100),
    ] {
        agrees::<f32>(m, n, k);
        agrees::<f64>(m, n, k);
    }
}

/// As many threads as were asked for, all started for one product.
#[derive(Debug)]
struct Threads(usize);

impl Workers for Threads {
    fn count(&self) -> usize {
        self.0
    }

    fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| (0..tasks).for_each(|i| drop(scope.spawn(move || task(i)))));
    }
}

fn spread_is_the_chain<R: Real>(m: usize, n: usize, k: usize) {
    let (a, b, bias) = (numbers::<R>(m * k, "a"), numbers::<R>(k * n, "b"), numbers::<R>(n, "bias"));
    let outputs = numbers::<R>(m * n, "outputs");
    for (a, finish) in [
        (Strided::rows(&a, k), Finish::Bias(&bias)),
        (Strided::transposed(&a, m), Finish::WherePositive(&outputs)),
        (Strided::transposed(&a[k..], m - 1).above_ones(), Finish::Sums),
    ] {
        let expected = chains(m, n, k, a, &b, finish);
        for count in [1, 2, 7] {
            let mut c = vec![R::from_f64(f64::NAN); m * n];
            Product::new(m, n, k, a, &b, finish, &mut c).multiply(
                Available::current(),
                &Threads(count),
                count,
            );
            assert_eq!(bits(&c), bits(&expected), "{count} workers, {m}x{n}x{k}");
        }
    }
}

#[test]
fn any_number_of_workers_gives_the_chain() {
    for (m, n, k) in [(3, 5, 4), (50, 33, 20), (130, 17, 300)] {
        spread_is_the_chain::<f32>(m, n, k);
        spread_is_the_chain::<f64>(m, n, k);
    }
}

#[test]
fn what_workers_leave_out_is_done_all_the_same() {
    #[derive(Debug)]
    struct Lazy;
    impl Workers for Lazy {
        fn count(&self) -> usize {
            5
        }
        fn run(&self, _: usize, task: &(dyn Fn(usize) + Sync)) {
            (0..2).for_each(task);
        }
    }
    let (a, b) = (numbers::<f32>(20 * 4, "a"), numbers(4 * 6, "b"));
    let mut c = vec![f32::NAN; 20 * 6];
    let a = Strided::rows(&a, 4);
    Product::new(20, 6, 4, a, &b, Finish::Sums, &mut c).multiply(Available::current(), &Lazy, 5);
    assert_eq!(c, chains(20, 6, 4, a, &b, Finish::Sums));
}

#[test]
fn only_large_products_are_spread() {
    #[derive(Debug)]
    struct Seven;
    impl Workers for Seven {
        fn count(&self) -> usize {
            7
        }
        fn run(&self, tasks: usize, task: &(dyn Fn(usize) + Sync)) {
            assert_eq!(tasks, 3, "each has enough to do");
            (0..tasks).rev().for_each(task);
        }
    }
    let (n, k) = (64, 64);
    for m in [10, 3 * WORTH_A_WORKER / (n * k)] {
        let (a, b) = (vec![1.0f32; m * k], vec![1.0; k * n]);
        let mut c = vec![0.0; m * n];
        matmul_by(&Seven, m, n, k, Strided::rows(&a, k), &b, Finish::Sums, &mut c);
        assert!(c.iter().all(|&sum| sum == 64.0));
    }
}

#[test]
fn rounding_is_once_a_step() {
    // (1 + e)^2 - (1 + 2e) is e^2 with fused steps, 0 when the product is rounded first.
    let x = 1.0 + f32::EPSILON;
    let mut c = [0.0];
    matmul(1, 1, 2, Strided::rows(&[1.0 + 2.0 * f32::EPSILON, x], 2), &[-1.0, x], Finish::Sums, &mut c);
    assert_eq!(c, [f32::EPSILON * f32::EPSILON]);
}

#[test]
fn a_number_that_is_none_stays_in_its_cells() {
    let mut c = [0.0; 4];
    matmul(2, 2, 1, Strided::rows(&[f32::NAN, 1.0], 1), &[1.0, f32::INFINITY], Finish::Sums, &mut c);
    assert!(c[0].is_nan() && c[1].is_nan());
    assert_eq!(c[2..], [1.0, f32::INFINITY]);
}

#[test]
#[should_panic(expected = "a is smaller than (2, 3)")]
fn a_short_operand_is_refused() {
    matmul(2, 1, 3, Strided::rows(&[1.0f32; 5], 3), &[1.0; 3], Finish::Sums, &mut [0.0; 2]);
}

#[test]
fn pieces_are_even() {
    let ranges = |total, longest| EvenRanges::new(total, longest).collect::<Vec<_>>();
    assert_eq!(ranges(32, 12), [0..11, 11..22, 22..32]);
    assert_eq!(ranges(12, 6), [0..6, 6..12]);
    assert_eq!(ranges(0, 6), vec![0..0], "one, so that c is written");
}
