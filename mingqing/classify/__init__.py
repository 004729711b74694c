"""Classes that users make: by value, by range, by size, by rule, by village; and the style that draws them."""
