package window

// Settings returns all numbers, switches and words that a person may change.
func (b *Bridge) Settings() []Setting { return []Setting{} }

// SetSetting changes one of them.
func (b *Bridge) SetSetting(string, string) (Setting, error) { return Setting{}, errNotYet }

// ResetSetting gives one of them its standard.
func (b *Bridge) ResetSetting(string) (Setting, error) { return Setting{}, errNotYet }

// appearance is what the settings say of the page's looks.
func (b *Bridge) appearance() Appearance { return Appearance{Theme: "system"} }
