//! Arrays whose axes have another order elsewhere.

/// Returns, for each place of an array with permuted axes, its place in the array of this shape.
pub(crate) fn places(shape: &[usize], axes: &[usize]) -> Vec<usize> {
    let stride = |axis: usize| shape[axis + 1..].iter().product::<usize>();
    axes.iter().fold(vec![0], |places, axis| {
        let along = |place: usize| (0..shape[*axis]).map(move |index| place + index * stride(*axis));
        places.into_iter().flat_map(along).collect()
    })
}
