package collector

import "github.com/rumtop/rumtop/collector/wire"

type views struct{}

func newViews() *views { return &views{} }

func (c *Collector) viewOf(raw *wire.Beacon, s *sender) string { return raw.View }
