package photo

// Tag is a word that a model found for a photo.
type Tag struct {
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`  // the vocabulary it comes from: coco, imagenet, group
	Score float32 `json:"score"` // probability, 0 to 1
}
