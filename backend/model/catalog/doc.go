// Package catalog knows which models there are, what their files must be, and which of them are here.
package catalog
