package main

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"pixeldetective/backend/desktop"
	"pixeldetective/backend/window"
)

// App is what the page can call. Each method hands over to the bridge or the program, where more is said about it. An
// error reaches the page as a sentence for people.
type App struct {
	ctx     context.Context // of the program: calls end with it. Wails hands none to bound methods
	program *desktop.Program
	bridge  *window.Bridge
}

func newApp(ctx context.Context, p *desktop.Program) *App { return &App{ctx, p, p.Bridge} }

// Ready says that the page has painted and takes keys; it comes again when the page was reloaded.
func (a *App) Ready(m window.Marks) window.State { return a.program.Ready(a.ctx, m) }

// ChooseFolder lets the person choose a folder; nil: none was chosen.
func (a *App) ChooseFolder() (*window.Candidate, error) { return a.program.ChooseFolder() }

// Quit ends the program, whatever happens when its window is closed.
func (a *App) Quit() { a.program.Quit() }

// State is all that the page needs to draw itself anew.
func (a *App) State() window.State { return a.bridge.State(a.ctx) }

// Log is the last lines of the log, oldest first.
func (a *App) Log() []string { return a.bridge.Log() }

// Suggestions are folders that may be added: the person's own Pictures, and those that are known.
func (a *App) Suggestions() []window.Candidate { return a.bridge.Suggestions(a.ctx) }

// Survey counts what a candidate holds; State tells how far that is.
func (a *App) Survey(id string) error { return a.bridge.Survey(id) }

// AddFolders brings candidates into the library.
func (a *App) AddFolders(ids []string) error { return a.bridge.AddFolders(a.ctx, ids) }

// RemoveFolder takes a folder out of the library; its photos stay where they are.
func (a *App) RemoveFolder(id string) error { return a.bridge.RemoveFolder(a.ctx, id) }

// RescanFolder compares a folder with the disk.
func (a *App) RescanFolder(id string) error { return a.bridge.RescanFolder(a.ctx, id) }

// Pause stops looking at photos until Resume.
func (a *App) Pause() error { return a.bridge.Pause() }

// Resume goes on after Pause or Cancel.
func (a *App) Resume() error { return a.bridge.Resume() }

// Cancel stops looking at photos; what was seen is kept.
func (a *App) Cancel() error { return a.bridge.Cancel() }

// Search answers a question; a newer one takes its place.
func (a *App) Search(q window.Question) (window.Answer, error) { return a.program.Search(a.ctx, q) }

// Photo is what the viewer shows of one photo.
func (a *App) Photo(id string) (window.Photo, error) { return a.bridge.Photo(a.ctx, id) }

// SetFavourite marks photos as favourites, or no longer.
func (a *App) SetFavourite(ids []string, on bool) error { return a.bridge.SetFavourite(a.ctx, ids, on) }

// SetRating rates photos from 0 to 5 stars; -1 rejects them.
func (a *App) SetRating(ids []string, stars int) error { return a.bridge.SetRating(a.ctx, ids, stars) }

// ShowInFiles shows a file in the file manager.
func (a *App) ShowInFiles(fileID string) error { return a.bridge.ShowInFiles(a.ctx, fileID) }

// Failures lists files that were set aside.
func (a *App) Failures(offset, limit int) (window.FailureList, error) {
	return a.bridge.Failures(a.ctx, offset, limit)
}

// RetryFailures lets them be tried again.
func (a *App) RetryFailures() error { return a.bridge.RetryFailures(a.ctx) }

// LoadModel loads a model's graph.
func (a *App) LoadModel(graph string) error { return a.bridge.LoadModel(graph) }

// UnloadModel gives a graph's memory back.
func (a *App) UnloadModel(graph string) error { return a.bridge.UnloadModel(graph) }

// RetryModel tries a graph that failed once more.
func (a *App) RetryModel(graph string) error { return a.bridge.RetryModel(graph) }

// Settings are all settings with their values.
func (a *App) Settings() []window.Setting { return a.bridge.Settings() }

// SetSetting changes one.
func (a *App) SetSetting(key, value string) (window.Setting, error) {
	return a.bridge.SetSetting(key, value)
}

// ResetSetting gives one its standard value.
func (a *App) ResetSetting(key string) (window.Setting, error) { return a.bridge.ResetSetting(key) }

// DismissNotice takes a notice away.
func (a *App) DismissNotice(id string) { a.bridge.DismissNotice(id) }

// startup runs when the window is there, before its page is.
func (a *App) startup(ctx context.Context) {
	runtime.OnFileDrop(ctx, func(_, _ int, paths []string) { a.bridge.Dropped(paths) })
	a.program.Attach(face{ctx})
}

// loaded runs whenever a page was loaded.
func (a *App) loaded(context.Context) { a.program.Runs() }

// beforeClose says whether the window is not to be closed.
func (a *App) beforeClose(context.Context) (prevent bool) { return a.program.Stays() }

// face is the window as the program sees it. Wails finds the window by ctx.
type face struct{ ctx context.Context }

func (f face) Emit(event string, data any) { runtime.EventsEmit(f.ctx, event, data) }
func (f face) Hide()                       { runtime.WindowHide(f.ctx) }
func (f face) Close()                      { runtime.Quit(f.ctx) }

func (f face) Show() {
	runtime.WindowShow(f.ctx)
	runtime.WindowUnminimise(f.ctx) // this also raises it
}

func (f face) AskForFolder(title string) (string, error) {
	return runtime.OpenDirectoryDialog(f.ctx, runtime.OpenDialogOptions{Title: title})
}
