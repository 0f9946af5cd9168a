"""Design specifications of R's survey and srvyr, read and written."""

from trygghet.interop.reading import from_r
from trygghet.interop.syntax import InteropError
from trygghet.interop.writing import to_r, write_r

__all__ = ["InteropError", "from_r", "to_r", "write_r"]
