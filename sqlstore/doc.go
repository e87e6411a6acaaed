// Package sqlstore keeps accounts in a database of the host's, through database/sql:
// SQLite, PostgreSQL, MariaDB (alone or as a Galera cluster) and MySQL. It imports no
// driver; the host opens the database with the one that it uses already, and the
// library's tables live beside the host's.
package sqlstore
