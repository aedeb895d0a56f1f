package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is how long a request waits for a store that is away: shorter than the gateway waits for an answer (15 s).
const patience = 12 * time.Second

// redisStock keeps stock in Redis. What a restart of it broke is repeated: to say again how many there are does no harm.
type redisStock struct {
	client   *redis.Client
	patience time.Duration
}

// newRedisStock takes an address such as redis://:password@inventory-store:6379. It does not connect yet: the store may
// come later.
func newRedisStock(url string, patience time.Duration) (*redisStock, error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		// Its text would show the password.
		return nil, errors.New("REDIS_URL is no address of a Redis (redis://:password@host:6379)")
	}
	options.ClientName = "inventory"
	options.DialTimeout = time.Second
	options.ReadTimeout = 2 * time.Second
	// Until the context ends it.
	options.MaxRetries = 1000
	options.MinRetryBackoff = 20 * time.Millisecond
	options.MaxRetryBackoff = 500 * time.Millisecond
	redis.SetLogger(redisLog{})
	return &redisStock{redis.NewClient(options), patience}, nil
}

// redisLog writes the client's own lines into the service's log.
type redisLog struct{}

func (redisLog) Printf(ctx context.Context, format string, v ...any) {
	slog.WarnContext(ctx, fmt.Sprintf(format, v...))
}

func (stock *redisStock) get(ctx context.Context, item string) (int, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, stock.patience)
	defer cancel()
	quantity, err := stock.client.Get(ctx, key(item)).Int()
	if errors.Is(err, redis.Nil) {
		return 0, false, nil
	}
	return quantity, err == nil, stock.explain(err)
}

func (stock *redisStock) set(ctx context.Context, item string, quantity int) error {
	ctx, cancel := context.WithTimeout(ctx, stock.patience)
	defer cancel()
	return stock.explain(stock.client.Set(ctx, key(item), quantity, 0).Err())
}

func (stock *redisStock) explain(err error) error {
	var answer redis.Error
	if err == nil || errors.As(err, &answer) {
		return err
	}
	return fmt.Errorf("%w: %w", errStoreAway, err)
}

func key(item string) string { return "stock:" + item }
