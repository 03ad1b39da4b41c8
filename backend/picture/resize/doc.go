// Package resize brings a picture to the exact size and shape that a model wants, bit for bit as Pillow does, which is
// what the models were trained and measured with. It owns no state and knows nothing of files or formats.
package resize
