package window

// notices are what a person should know now.
type notices struct{}

// DismissNotice hides a notice until it has something new to say.
func (b *Bridge) DismissNotice(string) {}
