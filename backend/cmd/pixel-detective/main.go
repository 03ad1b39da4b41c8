// Command pixel-detective finds photos by what is in them, on the command line.
package main

import (
	"os"

	"pixeldetective/backend/command"
)

func main() { os.Exit(command.Main(os.Args[1:], os.Stdout, os.Stderr, os.Getenv)) }
