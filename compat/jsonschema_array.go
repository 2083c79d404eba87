package compat

import (
	"strconv"

	"github.com/accordhq/accord/schema/jsonschema"
)

// arrays compares two array schemas.
func (p *jsonPairDiff) arrays() {
	p.include(p.compareInside(eachItem(p.original), eachItem(p.update)), "items")
	p.tuples()
	p.rest("additionalItems", "ADDITIONAL_ITEMS", additionalItems(p.original), additionalItems(p.update))
	p.rest("unevaluatedItems", "UNEVALUATED_ITEMS", p.original.UnevaluatedItems, p.update.UnevaluatedItems)
	p.bounds(arrayBounds)
	switch was, is := p.original.Flag("uniqueItems"), p.update.Flag("uniqueItems"); {
	case was && !is:
		p.add("UNIQUE_ITEMS_REMOVED", "uniqueItems")
	case !was && is:
		p.add("UNIQUE_ITEMS_ADDED", "uniqueItems")
	}
	p.bounds(containBound)
}

// eachItem is the schema of all items, nil for a tuple.
func eachItem(n *jsonschema.Node) *jsonschema.Node {
	if len(n.PrefixItems) > 0 {
		return nil
	}
	return n.Items
}

// additionalItems is the schema of what follows a tuple.
func additionalItems(n *jsonschema.Node) *jsonschema.Node {
	if len(n.PrefixItems) == 0 {
		return nil
	}
	return n.Items
}

// tuples compares items by their position.
func (p *jsonPairDiff) tuples() {
	from, to := p.original.PrefixItems, p.update.PrefixItems
	for i := range max(len(from), len(to)) {
		path := "items/" + strconv.Itoa(i)
		switch {
		case i >= len(to):
			p.itemRemoved(from[i], path)
		case i >= len(from):
			p.itemAdded(to[i], path)
		default:
			p.include(p.compareInside(from[i], to[i]), path)
		}
	}
}

func isOpenArray(n *jsonschema.Node) bool {
	return allowsAll(additionalItems(n)) && allowsAll(n.UnevaluatedItems)
}

func (p *jsonPairDiff) itemRemoved(original *jsonschema.Node, path string) {
	covering := schemaOfRest(additionalItems(p.update), p.update.UnevaluatedItems)
	switch {
	case isOpenArray(p.update):
		p.add("ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL", path)
	case covering != nil:
		p.covered("ITEM_REMOVED", path, p.compareInside(original, covering))
	case typeOf(original).class == jsonFalse:
		p.add("ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL", path)
	default:
		p.add("ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL", path)
	}
}

func (p *jsonPairDiff) itemAdded(update *jsonschema.Node, path string) {
	covering := schemaOfRest(additionalItems(p.original), p.original.UnevaluatedItems)
	switch {
	case isOpenArray(p.original) && typeOf(update).class == jsonEmpty:
		p.add("ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", path)
	case isOpenArray(p.original):
		p.add("ITEM_ADDED_TO_OPEN_CONTENT_MODEL", path)
	case covering != nil:
		p.covered("ITEM_ADDED", path, p.compareInside(covering, update))
	default:
		p.add("ITEM_ADDED_TO_CLOSED_CONTENT_MODEL", path)
	}
}
