// Command pixel-detective-worker is the child process of Pixel Detective: it decodes photos or runs a model, as its
// parent asks over a pipe. People do not start it.
package main

import (
	"os"

	"pixeldetective/backend/model/worker/serve"
)

func main() { os.Exit(serve.Main(os.Args[1:])) }
