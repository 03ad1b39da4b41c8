package store

import (
	"context"
	"fmt"
	"os"
)

// ThumbnailTotals returns how many thumbnails are kept, and what their file takes on disk. It reads every key.
func (s *Store) ThumbnailTotals(ctx context.Context) (count, bytes int64, err error) {
	if _, err := s.thumbs.one(ctx, "count thumbnails", "SELECT count(*) FROM thumb", nil, &count); err != nil {
		return 0, 0, err
	}
	for _, end := range []string{"", "-wal"} {
		info, err := os.Stat(s.thumbs.file + end)
		if err == nil {
			bytes += info.Size()
		} else if !os.IsNotExist(err) {
			return 0, 0, fmt.Errorf("measure thumbnails: %w", err)
		}
	}
	return count, bytes, nil
}
