package main

import (
	"context"
	"sync"
)

// memoryStock is a stock for development and tests without a store: each replica has its own and loses it when it ends.
type memoryStock struct {
	mutex sync.RWMutex
	items map[string]int
}

func newMemoryStock() *memoryStock { return &memoryStock{items: map[string]int{}} }

func (stock *memoryStock) get(_ context.Context, item string) (int, bool, error) {
	stock.mutex.RLock()
	defer stock.mutex.RUnlock()
	quantity, known := stock.items[item]
	return quantity, known, nil
}

func (stock *memoryStock) set(_ context.Context, item string, quantity int) error {
	stock.mutex.Lock()
	defer stock.mutex.Unlock()
	stock.items[item] = quantity
	return nil
}
