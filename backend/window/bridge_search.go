package window

import (
	"context"
	"errors"
)

var errNotYet = errors.New("this cannot be done yet")

// Search answers a question. A newer one takes an older one's place.
func (b *Bridge) Search(context.Context, Question) (Answer, error) { return Answer{}, errNotYet }
