package photo

// ModelRef names one revision of one model. Vectors of different refs are never compared.
type ModelRef struct {
	ID       string `json:"id"`
	Revision string `json:"revision"`
}

// String returns "id@revision".
func (r ModelRef) String() string { return r.ID + "@" + r.Revision }

// Stage says how good a model is for its job, and so what a result may be expected to be.
type Stage string

// The stages, from what ships with the program to the best that can be installed.
const (
	StageStarter       Stage = "starter"
	StageAccurate      Stage = "accurate"
	StageComprehensive Stage = "comprehensive"
)
