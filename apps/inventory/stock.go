package main

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
)

// stock keeps how many of each item there are.
type stock interface {
	// get tells how many there are of an item, and whether it is known at all.
	get(ctx context.Context, item string) (quantity int, known bool, err error)
	set(ctx context.Context, item string, quantity int) error
}

// errStoreAway says that the store did not come back for as long as a request can wait.
var errStoreAway = errors.New("the store is away")

// item is one line of stock, as the API shows it.
type item struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// addStock adds the operations of openapi.yaml.
func addStock(mux *http.ServeMux, stock stock) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		operations := []string{"GET /stock/{item}", "PUT /stock/{item}"}
		writeJSON(w, http.StatusOK, map[string]any{"service": "inventory", "operations": operations})
	})
	mux.HandleFunc("GET /stock/{item}", getStock(stock))
	mux.HandleFunc("PUT /stock/{item}", putStock(stock))
}

func getStock(stock stock) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("item")
		quantity, known, err := stock.get(r.Context(), name)
		switch {
		case err != nil:
			writeStoreProblem(w, r, err)
		case !known:
			writeProblem(w, http.StatusNotFound, "item-not-found", "There is no item "+name+".")
		default:
			writeJSON(w, http.StatusOK, item{name, quantity})
		}
	}
}

func putStock(stock stock) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, ok := readJSON(w, r)
		if !ok {
			return
		}
		var body struct {
			// 3.0 is a whole number, too.
			Quantity *float64 `json:"quantity"`
		}
		if json.Unmarshal(text, &body) != nil || body.Quantity == nil || !isQuantity(*body.Quantity) {
			writeProblem(w, http.StatusUnprocessableEntity, "invalid-stock",
				`"quantity" must be a whole number, and not negative.`)
			return
		}
		name, quantity := r.PathValue("item"), int(*body.Quantity)
		if err := stock.set(r.Context(), name, quantity); err != nil {
			writeStoreProblem(w, r, err)
			return
		}
		writeJSON(w, http.StatusOK, item{name, quantity})
	}
}

// isQuantity reports whether there can be so many of an item.
func isQuantity(value float64) bool {
	// The most that every reader of JSON takes for exactly that.
	return value >= 0 && value <= 1<<53-1 && value == math.Trunc(value)
}

// writeStoreProblem answers a request that the store did not serve: 503 where it may be served later.
func writeStoreProblem(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, errStoreAway) {
		logOf(r).Warn("the store is away", "error", err)
		w.Header().Set("Retry-After", "5")
		writeProblem(w, http.StatusServiceUnavailable, "store-unavailable",
			"The stock cannot be reached at the moment. Try again.")
		return
	}
	logOf(r).Error("request failed", "error", err)
	writeProblem(w, http.StatusInternalServerError, "internal-error",
		"The service failed. Its log tells more under the request id.")
}
