"""trygghet: from four local sources to an honest lägesbild, promise and evaluation."""

__version__ = "0.1.0"
