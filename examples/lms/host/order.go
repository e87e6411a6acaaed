package host

import (
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// An Order is an action on users with its values, as an admin fills it in: for one user by a button, for many in bulk.
type Order struct {
	Action    users.Action            `json:"action"`
	If        users.Set[users.Status] `json:"if,omitzero"`     // the users have one of these statuses, as the page showed them
	Number    int64                   `json:"number,omitzero"` // of the invitation that the page showed
	Leave     users.Leave             `json:"leave,omitzero"`
	Pool      seats.PoolID            `json:"pool,omitzero"`
	DueDate   users.Date              `json:"due_date,omitzero"`
	Role      users.Role              `json:"role,omitzero"`
	Add       []string                `json:"add,omitzero"`    // groups
	Remove    []string                `json:"remove,omitzero"` // groups
	Location  *string                 `json:"location,omitzero"`
	Successor users.ID                `json:"successor,omitzero"`
	Reason    string                  `json:"reason,omitzero"`
}

// commands has the command of each action that a page offers on users.
var commands = map[users.Action]func(Order, users.ID) seats.Command{
	users.ActionNotify:          func(_ Order, id users.ID) seats.Command { return seats.Notify{User: id} },
	users.ActionApprove:         func(_ Order, id users.ID) seats.Command { return seats.Approve{User: id} },
	users.ActionReactivate:      func(_ Order, id users.ID) seats.Command { return seats.Reactivate{User: id} },
	users.ActionRestore:         func(_ Order, id users.ID) seats.Command { return seats.Restore{User: id} },
	users.ActionConfirmLeave:    func(_ Order, id users.ID) seats.Command { return seats.ConfirmLeave{User: id} },
	users.ActionUnschedule:      func(_ Order, id users.ID) seats.Command { return seats.Unschedule{User: id} },
	users.ActionGrantOwnership:  func(_ Order, id users.ID) seats.Command { return seats.GrantOwnership{User: id} },
	users.ActionEndOwnership:    func(_ Order, id users.ID) seats.Command { return seats.EndOwnership{User: id} },
	users.ActionOfferOwnership:  func(_ Order, id users.ID) seats.Command { return seats.OfferOwnership{User: id} },
	users.ActionEndOffer:        func(_ Order, id users.ID) seats.Command { return seats.EndOffer{User: id} },
	users.ActionQueue:           func(o Order, id users.ID) seats.Command { return seats.Queue{User: id, Reason: o.Reason} },
	users.ActionUnqueue:         func(o Order, id users.ID) seats.Command { return seats.Unqueue{User: id, Reason: o.Reason} },
	users.ActionErase:           func(o Order, id users.ID) seats.Command { return seats.Erase{User: id, Reason: o.Reason} },
	users.ActionSchedule:        func(o Order, id users.ID) seats.Command { return seats.Schedule{User: id, Leave: o.Leave} },
	users.ActionChangeRole:      func(o Order, id users.ID) seats.Command { return seats.ChangeRole{User: id, Role: o.Role} },
	users.ActionUnassignCourse:  func(o Order, id users.ID) seats.Command { return seats.UnassignCourse{User: id, Pool: o.Pool} },
	users.ActionArchiveActivity: func(o Order, id users.ID) seats.Command { return seats.ArchiveActivity{User: id, Pool: o.Pool} },
	users.ActionDeactivate: func(o Order, id users.ID) seats.Command {
		return seats.Deactivate{User: id, Successor: o.Successor, Reason: o.Reason}
	},
	users.ActionArchive: func(o Order, id users.ID) seats.Command {
		return seats.Archive{User: id, Successor: o.Successor, Reason: o.Reason}
	},
	users.ActionDelete: func(o Order, id users.ID) seats.Command {
		return seats.Delete{User: id, Successor: o.Successor, Reason: o.Reason}
	},
	users.ActionHandOver: func(o Order, id users.ID) seats.Command {
		return seats.HandOver{User: id, Successor: o.Successor, Reason: o.Reason}
	},
	users.ActionAssignCourse: func(o Order, id users.ID) seats.Command {
		return seats.AssignCourse{User: id, Pool: o.Pool, DueDate: o.DueDate}
	},
	users.ActionSetDueDate: func(o Order, id users.ID) seats.Command {
		return seats.SetDueDate{User: id, Pool: o.Pool, DueDate: o.DueDate}
	},
	users.ActionEdit: func(o Order, id users.ID) seats.Command {
		set := users.Patch{Location: o.Location}
		if len(o.Add) > 0 {
			set.AddGroups = &o.Add
		}
		if len(o.Remove) > 0 {
			set.RemoveGroups = &o.Remove
		}
		return seats.Edit{User: id, Set: set}
	},
}

// Known reports whether the action is one that an Order can have.
func (o Order) Known() bool { return commands[o.Action] != nil }

// Command returns the command on a user, on condition that the user is still as the page showed them.
func (o Order) Command(id users.ID) seats.Command {
	command := commands[o.Action](o, id)
	if o.If.Empty() && o.Number == 0 {
		return command
	}
	return seats.If{Command: command, Status: o.If, Invitation: o.Number}
}
