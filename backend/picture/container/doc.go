// Package container reads the outer structure of photo files: which format the bytes are, how many pixels they claim,
// where metadata and previews lie. It decodes no pixels. Everything that it says about size is said before anything is
// allocated for them, and by our own code: a decoder never sees bytes that were not looked at here.
//
// What always holds: the name's extension never decides the format (it only tells a RAW file from the TIFF that it is built
// like); no input makes the package panic, loop, or allocate more than a copy of the input; whoever gets a File gets a
// picture with both sides positive and their costs within the limits.
package container
