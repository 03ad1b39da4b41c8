package indexer

import (
	"context"
	"fmt"
)

// turn is how many photos the wanted model looks at before the one that answers gets its turn again, where not both fit into
// memory: so a change of graphs costs at most two loads a thousand photos.
const turn = 1000

// upgrade has the wanted model look at every photo that it has not seen, where it is not the model that answers, and makes
// it that one when none is left. It is nothing but "lacks a vector": a kill loses the batch in hand.
func (p *pass) upgrade(ctx context.Context) error {
	wanted, err := p.options.Workers.WantedModel()
	if err != nil {
		return nil //nolint:nilerr // there is none: the one that answers goes on, and why it is alone has been said
	}
	ref := wanted.Ref()
	if ref == p.ref {
		if _, _, err := p.options.Library.Switch(ctx, ref, false); err != nil { // recorded, where it is not yet
			return fmt.Errorf("recording the model that answers: %w", err)
		}
		return nil
	}
	// A model that has seen nothing gives way at once, and all that have been seen need no look.
	done, lacking, err := p.options.Library.Switch(ctx, ref, false)
	if err != nil {
		return fmt.Errorf("changing the model that answers: %w", err)
	}
	if done {
		p.switched()
		if lacking, err = p.options.Library.Lacking(ctx, ref); err != nil {
			return fmt.Errorf("counting photos that %s has not seen: %w", ref, err)
		}
	}
	p.lookBy(wanted)
	if lacking > 0 {
		if err := p.lookAtOld(ctx, lacking); err != nil {
			return err
		}
	}
	if p.yielded || p.summary.Switched {
		return nil
	}
	if reason := p.modelless(); reason != nil {
		p.summary.Unavailable = reason
		return nil
	}
	// The first question after the switch shall not wait for the half that reads it.
	if err := p.options.Workers.Prepare(ctx, ref); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p.summary.Unavailable = err
		return nil
	}
	done, lacking, err = p.options.Library.Switch(ctx, ref, false)
	if err != nil {
		return fmt.Errorf("changing the model that answers: %w", err)
	}
	if done {
		p.switched()
	} else {
		p.options.Log.Info().Int64("photos", lacking).Str("model", ref.String()).Msg("photos that cannot be reached now keep a model from answering")
	}
	return nil
}

// lookAtOld looks at photos that lack a vector of the wanted model.
func (p *pass) lookAtOld(ctx context.Context, lacking int64) error {
	p.upgrading = true
	p.x.upgrade.begin(lacking)
	defer func() {
		p.x.upgrade.end()
		p.upgrading = false
	}()
	_, err := p.pipeline(ctx, p.unembedded)
	return err
}

func (p *pass) switched() {
	p.summary.Switched = true
	p.options.Log.Info().Str("model", p.ref.String()).Msg("another model answers from now on")
	p.options.OnSwitch()
}

// mayYield says whether new photos are waiting and may have their turn.
func (p *pass) mayYield(brought int) bool {
	if !p.yields || len(p.x.wake) == 0 {
		return false
	}
	return brought >= turn || p.options.Workers.Together()
}
