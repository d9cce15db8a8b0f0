"""Files that Python and the browser must both agree with."""
