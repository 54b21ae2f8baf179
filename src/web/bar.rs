//! A drawn bar: parts of a whole side by side. It must not know what they are.

/// Width of the drawing, in its own units.
const WIDTH: i64 = 1000;
/// What is there is seen.
const PART_WIDTH_MIN: i64 = 4;

pub(super) struct Bar {
    /// The same in words, for those who do not see it.
    pub(super) label: String,
    pub(super) parts: Vec<Part>,
}

pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) label: String,
    pub(super) x: i64,
    pub(super) width: i64,
}

impl Bar {
    /// Of parts with class, label and size. What is not above zero is not drawn.
    pub(super) fn of(sizes: Vec<(&'static str, String, i64)>) -> Self {
        let mut sizes = sizes;
        sizes.retain(|(.., size)| *size > 0);
        let labels: Vec<&str> = sizes.iter().map(|(_, label, _)| label.as_str()).collect();
        let label = labels.join(", ");
        let total: i128 = sizes.iter().map(|(.., size)| i128::from(*size)).sum();
        let widths: Vec<i64> = sizes
            .iter()
            .map(|(.., size)| share(*size, total).max(PART_WIDTH_MIN))
            .collect();
        // What small parts were given, and what rounding took, the largest gives and takes.
        let excess = widths.iter().sum::<i64>() - WIDTH;
        let largest = (0..widths.len()).max_by_key(|&index| widths[index]);
        let mut x = 0;
        let mut parts = Vec::with_capacity(sizes.len());
        for (index, (class, label, _)) in sizes.into_iter().enumerate() {
            let width = widths[index] - if largest == Some(index) { excess } else { 0 };
            parts.push(Part {
                class,
                label,
                x,
                width,
            });
            x += width;
        }
        Self { label, parts }
    }
}

fn share(size: i64, total: i128) -> i64 {
    i64::try_from(i128::from(size) * i128::from(WIDTH) / total).unwrap_or(WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_bar_and_small_ones_are_seen() {
        let sizes = [0, 1, 600, -5, 300].map(|size| ("c", size.to_string(), size));
        let bar = Bar::of(sizes.to_vec());
        let spans: Vec<_> = bar.parts.iter().map(|part| (part.x, part.width)).collect();
        assert_eq!(spans, [(0, 4), (4, 664), (668, 332)]);
        assert_eq!(bar.label, "1, 600, 300");
        assert!(Bar::of(Vec::new()).parts.is_empty());
    }
}
