package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
)

// stock is how many of each item there are. In memory, so each replica has its own and loses it when it ends: enough
// for a sample; a real service has a database here.
type stock struct {
	mutex sync.RWMutex
	items map[string]int
}

func newStock() *stock { return &stock{items: map[string]int{}} }

// item is one line of stock, as the API shows it.
type item struct {
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// addStock adds the operations of openapi.yaml.
func addStock(mux *http.ServeMux, stock *stock) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		operations := []string{"GET /stock/{item}", "PUT /stock/{item}"}
		writeJSON(w, http.StatusOK, map[string]any{"service": "inventory", "operations": operations})
	})
	mux.HandleFunc("GET /stock/{item}", stock.get)
	mux.HandleFunc("PUT /stock/{item}", stock.put)
}

func (stock *stock) get(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("item")
	stock.mutex.RLock()
	quantity, known := stock.items[name]
	stock.mutex.RUnlock()
	if !known {
		writeProblem(w, http.StatusNotFound, "item-not-found", "There is no item "+name+".")
		return
	}
	writeJSON(w, http.StatusOK, item{name, quantity})
}

func (stock *stock) put(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Quantity *int `json:"quantity"`
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	var tooLong *http.MaxBytesError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &tooLong):
		writeProblem(w, http.StatusRequestEntityTooLarge, "body-too-long", "The body is too long.")
	case err != nil && !errors.As(err, &wrongType):
		writeProblem(w, http.StatusBadRequest, "malformed-json", "The body is not JSON.")
	case err != nil || body.Quantity == nil || *body.Quantity < 0:
		writeProblem(w, http.StatusUnprocessableEntity, "invalid-stock",
			`"quantity" must be a whole number, and not negative.`)
	default:
		name := r.PathValue("item")
		stock.mutex.Lock()
		stock.items[name] = *body.Quantity
		stock.mutex.Unlock()
		writeJSON(w, http.StatusOK, item{name, *body.Quantity})
	}
}
