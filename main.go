//go:build !bindings

// Command pixel-detective-window is the window of Pixel Detective.
package main

import (
	"context"
	"embed"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"

	"pixeldetective/backend/desktop"
)

//go:embed all:frontend/dist
var page embed.FS

func main() { os.Exit(desktop.Main(os.Args[1:], os.Stdout, os.Stderr, os.Getenv, show)) }

// show opens the window of a program and returns when it is closed.
func show(ctx context.Context, p *desktop.Program) error {
	app := newApp(ctx, p)
	behind := p.Background()
	return wails.Run(&options.App{
		Title: "Pixel Detective",
		Width: 1280, Height: 800, MinWidth: 800, MinHeight: 600,
		BackgroundColour: options.NewRGB(behind.Red, behind.Green, behind.Blue),
		AssetServer:      &assetserver.Options{Assets: page, Middleware: p.Bridge.Media()},
		DragAndDrop:      &options.DragAndDrop{EnableFileDrop: true},
		OnStartup:        app.startup,
		OnDomReady:       app.loaded,
		OnBeforeClose:    app.beforeClose,
		Bind:             []any{app},
		// Without options, Wails turns the graphics card off.
		Linux: &linux.Options{ProgramName: "pixel-detective", WebviewGpuPolicy: linux.WebviewGpuPolicyOnDemand},
	})
}
