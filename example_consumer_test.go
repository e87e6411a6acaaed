package seatkeeper_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seatkeeper/seatkeeper"
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// The code that sends the mails gets every invitation, though the mail server is down at times.
func ExampleKeeper_Drain() {
	ctx := context.Background()
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")})

	down := true
	mails := seatkeeper.Consumer{
		Name:  "mails",
		Kinds: []seats.EventKind{seats.EventInvited, seats.EventNotified, seats.EventReactivated, seats.EventRestored, seats.EventEdited},
		Pause: func(int) time.Duration { return 0 }, // so that this example need not wait
		Handle: func(_ context.Context, d *seatkeeper.Delivery) error {
			for _, e := range d.Events {
				if e.Invitation() == 0 {
					continue // none goes out
				}
				if down && e.User == "bob" {
					return errors.New("the mail server is down")
				}
				fmt.Println("mail to", e.User)
				d.Done(e)
			}
			return nil
		},
	}
	n, err := keeper.Drain(ctx, mails)
	fmt.Println(n, err)
	down = false
	n, err = keeper.Drain(ctx, mails)
	fmt.Println(n, err)
	// Output:
	// mail to ada
	// 1 seatkeeper: account "acme", event 3, attempt 1: the mail server is down
	// mail to bob
	// 1 <nil>
}

// A loop for the life of the process. What fails too often is set aside, seen, and retried by name.
func ExampleKeeper_Consume() {
	ctx, end := context.WithCancel(context.Background())
	keeper := newSite(10, seats.Standard(), seatkeeper.Options{})
	_, _ = keeper.Do(ctx, "acme", users.As("u1"), seats.Invite{Profile: person("Ada")}, seats.Invite{Profile: person("Bob")})

	broken := true
	index := seatkeeper.Consumer{
		Name:     "index",
		Attempts: 2,
		Wait:     time.Millisecond,
		Pause:    func(int) time.Duration { return time.Millisecond },
		Report:   func(_ context.Context, err error) { fmt.Println(err) }, // a host's log
		Handle: func(_ context.Context, d *seatkeeper.Delivery) error {
			for _, e := range d.Events {
				if broken && e.User == "ada" {
					return errors.New("a bug")
				}
				fmt.Println("indexed", e.Kind, e.User)
				if d.Done(e); e.User == "bob" {
					end() // as at the end of the process
				}
			}
			return nil
		},
	}
	fmt.Println(keeper.Consume(ctx, index))

	ctx = context.Background()
	for aside, err := range keeper.SetAside(ctx, "index") {
		fmt.Println("set aside:", aside.Event.Account, aside.Event.Sequence, aside.Event.Kind, aside.Event.User, err)
	}
	broken = false
	_, _ = keeper.RetryEvents(ctx, "index", "acme", 2) // or DropEvents
	fmt.Println(keeper.Drain(ctx, index))
	// Output:
	// indexed opened u1
	// seatkeeper: account "acme", event 2, attempt 1: a bug
	// seatkeeper: account "acme", event 2, attempt 2, set aside: a bug
	// indexed invited bob
	// <nil>
	// set aside: acme 2 invited ada <nil>
	// indexed invited ada
	// 1 <nil>
}
