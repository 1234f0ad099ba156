"""Pure kernels of the word `firms`: arrays and strings in, arrays and strings out."""
