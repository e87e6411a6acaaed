package seats

import "iter"

// ForEach makes a list of commands from a list of people, such as Keeper.Users by a filter: one for each
// person, or none where command returns nil. An error is passed on in its place. The people are read as the
// commands are, so that a person can change in between: [If] with a status refuses the command then.
func ForEach(people iter.Seq2[Person, error], command func(Person) Command) iter.Seq2[Command, error] {
	return func(yield func(Command, error) bool) {
		for p, err := range people {
			var c Command
			if err == nil {
				c = command(p)
			}
			if (c != nil || err != nil) && !yield(c, err) {
				return
			}
		}
	}
}

// Collect returns a list of commands for a call that is all or nothing, Keeper.Do or Keeper.Preview. More
// than [MaxCommands] are refused as [ErrBadInput], and not read to their end. An error of the list is
// returned.
func Collect(commands iter.Seq2[Command, error]) ([]Command, error) {
	var all []Command
	for c, err := range commands {
		switch {
		case err != nil:
			return nil, err
		case len(all) == MaxCommands:
			return nil, badInput("commands", errTooMany)
		}
		all = append(all, c)
	}
	return all, nil
}
