package users_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/users"
)

// TestReadRoster_personnel reads files in the form of systems without a preset.
func TestReadRoster_personnel(t *testing.T) {
	for name, c := range map[string]struct {
		file, dates string
		people      []string
		ignored     []string
	}{
		"Workday": {"Crew of the harbour\n\nEmployee ID,Legal Name - First Name,Legal Name - Last Name,Email - Primary Work,Business Title,Supervisory Organization,Active Status,Termination Date\n" +
			"0071,Tess,Moor,tess@quay.example,Pilot,Yard,Yes,\n0072,Ute,Brandt,ute@quay.example,,,No,10/31/2026\nTotal workers,2,,,,,,\n", "MM/DD/YYYY",
			[]string{"tess@quay.example |  | 0071 | Tess | Moor | member | active | Yard | Pilot", "ute@quay.example |  | 0072 | Ute | Brandt | member | inactive | 2026-10-31"}, nil},
		"BambooHR": {"Employee #,\"Last name, First name\",Work Email,Home Email,Status\n0071,\"Moor, Tess\",tess@quay.example,t@x.example,Active\n", "",
			[]string{"tess@quay.example |  | 0071 | Tess | Moor | member | active"}, []string{"Home Email"}},
		"OneRoster": {"sourcedId,status,enabledUser,username,givenName,familyName,email\nq-1,active,true,tess,Tess,Moor,tess@quay.example\nq-2,active,false,ute,Ute,Brandt,\nq-3,tobedeleted,true,vic,Vic,Keel,\n", "",
			[]string{"tess@quay.example | tess | q-1 | Tess | Moor | member | active", " | ute | q-2 | Ute | Brandt | member | inactive", " | vic | q-3 | Vic | Keel | member | deleted"}, nil},
		"German": {"Pers.-Nr.;Vorname;Name;E-Mail;Abt.;Büro;Status\n0071;Tess;Moor;tess@quay.example;Hafen;Kiel;Elternzeit\n0072;Ute;Brandt;;;;nicht aktiv\n", "",
			[]string{"tess@quay.example |  | 0071 | Tess | Moor | member | active | Kiel | Hafen", " |  | 0072 | Ute | Brandt | member | inactive"}, nil},
		"French": {"Matricule;Prénom;Nom;Actif\n0071;Tess;Moor;O\n0072;Ute;Brandt;N\n0073;Vic;Keel;Inactif\n", "",
			[]string{" |  | 0071 | Tess | Moor | member | active", " |  | 0072 | Ute | Brandt | member | inactive", " |  | 0073 | Vic | Keel | member | inactive"}, nil},
		"Spanish": {"Apellidos;Nombre;Usuario;Oficina;Estado;Fecha de cese\nMoor;Tess;tess;Vigo;Alta;\nBrandt;Ute;ute;;Baja;15/05/2026\n", "DD/MM/YYYY",
			[]string{" | tess |  | Tess | Moor | member | active | Vigo", " | ute |  | Ute | Brandt | member | inactive | 2026-05-15"}, nil},
		"Dutch": {"Voornaam;Tussenvoegsel;Achternaam;Stamnummer;Uit dienst;Status\nTess;van der;Moor;0071;;In dienst\nUte;'t;;0072;31-8-2026;Vertrokken\n", "DD-MM-YYYY",
			[]string{" |  | 0071 | Tess | van der Moor | member | active", " |  | 0072 | Ute | 't | member | inactive | 2026-08-31"}, nil},
		"Portuguese": {"Nome completo;Matrícula;Unidade;Situação;Data de demissão\nTess Moor;0071;Recife;Afastado;\nUte Brandt;0072;;Demitido;02/03/2026\n", "DD/MM/YYYY",
			[]string{" |  | 0071 | Tess | Moor | member | active | Recife", " |  | 0072 | Ute | Brandt | member | inactive | 2026-03-02"}, nil},
		"Italian": {"Cognome;Nome;Matricola;Data cessazione;Stato\nMoor;Tess;0071;;In servizio\nBrandt;Ute;0072;01/07/2026;Dimesso\n", "DD/MM/YYYY",
			[]string{" |  | 0071 | Tess | Moor | member | active", " |  | 0072 | Ute | Brandt | member | inactive | 2026-07-01"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			roster := read(t, c.file, users.RosterOptions{DateFormat: c.dates})
			var got []string
			for _, e := range roster.People {
				got = append(got, summary(e))
			}
			require.Equal(t, c.people, got)
			require.Equal(t, c.ignored, roster.Ignored)
		})
	}
}

// TestReadRoster_answers has yes and no, words for a status, and marks in columns of users who have left.
func TestReadRoster_answers(t *testing.T) {
	for cell, want := range map[string][2]users.Status{
		"yes": {users.Active, users.Inactive}, "T": {users.Active, users.Inactive}, "J": {users.Active, users.Inactive}, "O": {users.Active, users.Inactive},
		"S": {users.Active, users.Inactive}, "f": {users.Inactive, users.Active}, "0": {users.Inactive, users.Active},
		"Active": {users.Active, users.Active}, "DISABLED": {users.Inactive, users.Inactive}, "Archived": {users.Archived, users.Archived},
		"x": {users.NoStatus, users.Inactive}, "✔": {users.NoStatus, users.Inactive}, "": {users.NoStatus, users.NoStatus},
	} {
		for i, header := range []string{"Active", "Suspended"} {
			file := "Email," + header + "\na@x.example," + cell + "\n"
			if want[i] == users.NoStatus && cell != "" {
				require.Equal(t, []string{"row 2: Active is neither yes nor no"}, refused(t, file, users.RosterOptions{}), "an empty cell beside a mark says nothing")
				continue
			}
			require.Equal(t, want[i], read(t, file, users.RosterOptions{}).People[0].Status, header+" "+cell)
		}
	}
}

// TestReadRoster_blame names the column of the cell, of several with one field.
func TestReadRoster_blame(t *testing.T) {
	require.Equal(t, []string{
		"row 2: Employment status is not a known status",
		"row 3: Status is not a known status",
		"row 3: Blocked is neither yes nor no",
		"row 4: Team (2) is too long: at most 255 characters, identifiers 255 bytes",
		"row 5: Group is too long: at most 255 characters, identifiers 255 bytes",
	}, refused(t, "Email,Status,Employment status,Suspended,Blocked,Group,Team (2)\na@x.example,Active,Full-time,no,,,\nb@x.example,Part,Active,no,?,,\nc@x.example,,,,,G,"+strings.Repeat("g", 256)+"\nd@x.example,,,,,"+manyGroups()+",\n", users.RosterOptions{}))
}

// manyGroups is a cell of more groups than a user may have.
func manyGroups() string {
	var groups []string
	for i := range users.MaxGroups + 1 {
		groups = append(groups, strconv.Itoa(i))
	}
	return strings.Join(groups, ";")
}
