module github.com/seatkeeper/seatkeeper/seats/scim

go 1.26.0

require (
	github.com/scim2/filter-parser/v2 v2.3.1
	github.com/seatkeeper/seatkeeper v0.1.0
	github.com/stretchr/testify v1.12.1
	pgregory.net/rapid v1.3.0
)

require (
	github.com/q-uint/parser v0.3.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

replace github.com/seatkeeper/seatkeeper => ../..
