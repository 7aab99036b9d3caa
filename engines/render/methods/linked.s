// This package has a function without a body: it is linked to one of another package.
