package config

// Row is one setting as a person sees and changes it. Values are written as the file holds them, without quotes.
type Row struct {
	Key      string // section.key
	Section  string
	Kind     string // whole, bytes, span, share, switch, word, choice
	Sentence string
	Value    string
	Standard string
	Low      string // the range, both ends included; empty: there is none
	High     string
	Zero     string   // what the zero stands for; empty: nothing special
	Choices  []string // of a choice
}

// Rows lists every setting in the order in which the file shows them.
func (s Settings) Rows() []Row {
	var rows []Row
	for _, row := range table() {
		rows = append(rows, row.row(&s))
	}
	return rows
}

func (s setting) row(values *Settings) Row {
	return Row{
		Key: s.name(), Section: s.section, Kind: s.kind.String(), Sentence: s.sentence, Zero: s.zero, Choices: s.choices,
		Value: s.text(s.get(values)), Standard: s.text(s.standard), Low: s.text(s.low), High: s.text(s.high),
	}
}

// Row returns the setting of one key; false: there is none.
func (s Settings) Row(key string) (Row, bool) {
	row, ok := find(key)
	if !ok {
		return Row{}, false
	}
	return row.row(&s), true
}

// Same says whether a setting has the same value in both.
func Same(key string, a, b Settings) bool {
	row, ok := find(key)
	return ok && row.get(&a) == row.get(&b)
}

func find(key string) (setting, bool) {
	for _, row := range table() {
		if row.name() == key {
			return row, true
		}
	}
	return setting{}, false
}
