package demo

import (
	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A company is an account of the demo. People are those who are invited in the year.
type company struct {
	id, name, domain, zone string
	policy                 seats.Policy
	total                  seats.Count
	people                 int
	source                 string // a sync that most of its people come from; empty: none
	locations, groups      []string
	titles                 []string
	courses                []course
}

type course struct {
	id, name string
	licences int64
}

// companies has one for each policy.
var companies = []company{
	{
		id: "larkfield", name: "Larkfield Museum", domain: "larkfield.example", zone: "Europe/London",
		policy: seats.Standard(), total: seats.Of(30), people: 70,
		locations: []string{"Main House", "Garden Wing", "Archive"}, groups: []string{"Guides", "Conservation", "Front desk", "Volunteers"},
		titles:  []string{"Guide", "Curator", "Conservator", "Receptionist"},
		courses: []course{{"fire", "Fire safety", 40}, {"welcome", "Welcoming visitors", 25}},
	},
	{
		id: "maple", name: "Maple Street Clinic", domain: "maplestreet.example", zone: "America/Chicago",
		policy: seats.AccuEdConnect(), total: seats.Of(25), people: 40,
		locations: []string{"Maple Street", "Riverside"}, groups: []string{"Nursing", "Front office"},
		titles:  []string{"Nurse", "Physician assistant", "Receptionist", "Technician"},
		courses: []course{{"hipaa", "Privacy in the clinic", 30}},
	},
	{
		id: "brightwater", name: "Brightwater Foods", domain: "brightwater.example", zone: "Europe/Berlin",
		policy: seats.HowNow(), total: seats.Of(100), people: 190, source: "workday",
		locations: []string{"Hamburg", "Leipzig", "Gdańsk", "Malmö"}, groups: []string{"Production", "Sales", "Quality", "Night shift"},
		titles:  []string{"Operator", "Shift lead", "Account manager", "Quality engineer"},
		courses: []course{{"haccp", "Food safety (HACCP)", 120}, {"forklift", "Forklift refresher", 20}},
	},
	{
		id: "hallam", name: "Hallam Logistics", domain: "hallam.example", zone: "Europe/Warsaw",
		policy: seats.ISpringLearn(), total: seats.Of(50), people: 80,
		locations: []string{"Łódź hub", "Poznań hub", "Head office"}, groups: []string{"Drivers", "Dispatch", "Warehouse"},
		titles:  []string{"Driver", "Dispatcher", "Picker", "Planner"},
		courses: []course{{"adr", "Dangerous goods (ADR)", 30}},
	},
	{
		id: "oakridge", name: "Oakridge Care Homes", domain: "oakridge.example", zone: "America/New_York",
		policy: seats.UsersPage(), total: seats.Unlimited(), people: 90,
		locations: []string{"Oakridge North", "Oakridge South", "Elm Court"}, groups: []string{"Carers", "Kitchen", "Night team"},
		titles:  []string{"Carer", "Senior carer", "Cook", "Home manager"},
		courses: []course{{"moving", "Moving and handling", 60}, {"meds", "Giving medication", 25}, {"food", "Food hygiene", 15}},
	},
	{
		id: "penrose", name: "Penrose & Hale Estates", domain: "penrosehale.example", zone: "Australia/Sydney",
		policy: seats.BigContacts(), total: seats.Of(15), people: 26,
		locations: []string{"Sydney", "Newcastle"}, groups: []string{"Lettings", "Sales"},
		titles: []string{"Agent", "Valuer", "Lettings manager"},
	},
}

var firstNames = []string{
	"Ada", "Amir", "Anouk", "Astrid", "Bao", "Beatriz", "Ben", "Carmen", "Chidi", "Clara", "Dario", "Deepa", "Elif", "Emeka", "Emma", "Fatima", "Felix", "Freya",
	"Gabriel", "Giulia", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jamal", "Jana", "Joao", "Kasia", "Kenji", "Lars", "Leila", "Liam", "Lucía", "Magda", "Malik",
	"Marta", "Mateusz", "Mei", "Mila", "Nadia", "Niamh", "Noor", "Olga", "Oscar", "Paolo", "Priya", "Rafael", "Rosa", "Ruth", "Sanjay", "Sofia", "Sven", "Tara",
	"Theo", "Tomás", "Uma", "Viktor", "Wanda", "Yara", "Yusuf", "Zoë",
}

var lastNames = []string{
	"Abara", "Adeyemi", "Andersen", "Baker", "Bauer", "Becker", "Bianchi", "Byrne", "Castillo", "Chen", "Costa", "Dąbrowska", "Demir", "Diallo", "Eriksen",
	"Evans", "Fischer", "Flores", "Garcia", "Gupta", "Haddad", "Hale", "Horvat", "Ito", "Ivanova", "Jansen", "Jones", "Kaya", "Khan", "Kowalski", "Larsen",
	"Lopez", "Malik", "Marino", "Mbeki", "Meyer", "Murphy", "Nakamura", "Nguyen", "Novak", "O'Brien", "Okafor", "Olsen", "Park", "Patel", "Petrov", "Quinn",
	"Rahman", "Reyes", "Rossi", "Santos", "Schmidt", "Silva", "Singh", "Suzuki", "Taylor", "Torres", "Vasquez", "Weber", "Wójcik", "Yilmaz", "Zhang",
}

// firstRoles are those of the first people: an account has admins and a manager before members come.
var firstRoles = []users.Role{users.Admin, users.Admin, users.Manager}
