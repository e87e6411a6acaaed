package users

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// separatorNames are the separators in words.
var separatorNames = map[byte]string{',': "commas", ';': "semicolons", '\t': "tabs", '|': "vertical bars", '^': "carets", ':': "colons"}

// commonNames are the headers of columns in the files of well-known systems, by field, in the
// languages of the files. They are compared like [Column].Header.
//
// The systems are Microsoft Entra, Google Workspace, Canvas, Moodle, Okta, TalentLMS, iSpring Learn,
// Absorb and LearnUpon, and personnel systems by their usual words.
var commonNames = map[string][]string{
	"first-name": {
		"First", "Forename", "Given name", "Givenname", "Preferred name",
		"Vorname", "Rufname", "Prénom", "Prenom", "Nombre", "Nombres", "Nombre de pila", "Voornaam", "Roepnaam",
		"Nome", "Nome próprio", "Primeiro nome", "Nome di battesimo",
	},
	"last-name": {
		"Last", "Surname", "Family name", "Familyname", "sn",
		"Nachname", "Familienname", "Zuname", "Nom", "Nom de famille", "Apellido", "Apellidos", "Achternaam", "Familienaam",
		"Cognome", "Apelido", "Sobrenome", "Último nome",
	},
	"name": {
		"Full name", "Fullname", "Display name", "Displayname", "Employee name", "User's name", "Learner name", "Student name",
		"Last name, first name", "Last, first", "First name last name", "Surname, forename",
		"Vollständiger Name", "Anzeigename", "Name, Vorname", "Nachname, Vorname", "Vor- und Nachname",
		"Nom complet", "Nom et prénom", "Nom, prénom", "Nombre completo", "Nombre y apellidos", "Apellidos, nombre",
		"Volledige naam", "Naam", "Nome completo", "Nome e cognome", "Cognome e nome",
	},
	"username": {
		"User name", "Login", "Login ID", "Login name", "User login", "Userid login", "Account name", "sAMAccountName",
		"Benutzername", "Anmeldename", "Nutzername", "Nom d'utilisateur", "Identifiant", "Nombre de usuario", "Usuario",
		"Gebruikersnaam", "Inlognaam", "Nome de utilizador", "Nome de usuário", "Utilizador", "Nome utente",
	},
	"email": {
		"E-mail", "Email address", "E-mail address", "Mail", "Work email", "Email work", "Business email", "Company email",
		"Primary email", "Primary work email", "userPrincipalName", "User principal name", "User name [userPrincipalName]", "User name [userPrincipalName] Required",
		"E-Mail-Adresse", "Mailadresse", "Dienstliche E-Mail", "Adresse e-mail", "Adresse électronique", "Adresse mail", "Courriel", "Adresse courriel",
		"Correo", "Correo electrónico", "Dirección de correo", "Dirección de correo electrónico", "E-mailadres",
		"Correio eletrónico", "Correio eletrônico", "Endereço de e-mail", "Indirizzo e-mail", "Posta elettronica",
	},
	"external-id": {
		"External user ID", "Externalid", "User ID", "Userid", "SIS ID", "SIS user ID", "ID number", "Idnumber",
		"Employee ID", "Employee number", "Employee no", "Employee code", "Staff ID", "Staff number", "Personnel number", "Person ID", "Worker ID", "Payroll number",
		"Personalnummer", "Mitarbeiternummer", "Personal-Nr", "Matricule", "Numéro d'employé", "Número de empleado", "ID de empleado", "Legajo",
		"Personeelsnummer", "Medewerkernummer", "Número de funcionário", "Matrícula", "Numero dipendente", "Matricola",
	},
	"role": {
		"User type", "Usertype", "User role", "Rolle", "Benutzerrolle", "Rôle", "Rol", "Papel", "Função no sistema", "Ruolo",
	},
	"location": {
		"Site", "Office", "Office location", "Work location", "City", "Standort", "Ort", "Niederlassung", "Lieu", "Site de travail", "Ville",
		"Ubicación", "Sede", "Centro", "Ciudad", "Locatie", "Vestiging", "Plaats", "Localização", "Cidade", "Località", "Città",
	},
	"department": {
		"Dept", "Department name", "Division", "Cost center", "Org unit", "Organizational unit",
		"Abteilung", "Bereich", "Département", "Service", "Departamento", "Área", "Afdeling", "Setor", "Reparto", "Dipartimento",
	},
	"title": {
		"Job title", "Jobtitle", "Job", "Position", "Employee title",
		"Stellenbezeichnung", "Berufsbezeichnung", "Position / Funktion", "Poste", "Fonction", "Intitulé du poste", "Cargo", "Puesto", "Functie", "Functietitel",
		"Função", "Mansione", "Qualifica",
	},
	"groups": {
		"Group", "Group name", "Cohort", "Cohorts", "Team", "Teams", "Branch", "Add to group",
		"Gruppe", "Gruppen", "Groupe", "Groupes", "Grupo", "Grupos", "Groep", "Groepen", "Gruppo", "Gruppi",
	},
	"status": {
		"State", "User status", "Account status", "Employment status", "Employee status", "Worker status",
		"Benutzerstatus", "Beschäftigungsstatus", "Statut", "Statut du compte", "Estado", "Estatus", "Stato", "Situação",
	},
	"active": {
		"Is active", "Enabled", "Account enabled", "Is enabled", "Aktiv", "Aktiviert", "Actif", "Activé", "Activo", "Habilitado", "Actief", "Ativo", "Attivo", "Abilitato",
	},
	"inactive": {
		"Suspended", "Deleted", "Blocked", "Block sign in", "Disabled", "Deactivated", "Is suspended", "Is deleted", "Terminated", "Archived",
		"Inaktiv", "Gesperrt", "Deaktiviert", "Gelöscht", "Ausgeschieden", "Inactif", "Désactivé", "Supprimé", "Bloqué", "Suspendu",
		"Inactivo", "Bloqueado", "Suspendido", "Eliminado", "Desactivado", "Inactief", "Geblokkeerd", "Inativo", "Suspenso", "Inattivo", "Sospeso", "Disattivato",
	},
	"last-day": {"Letzter Arbeitstag", "Dernier jour", "Último día", "Laatste werkdag", "Último dia", "Ultimo giorno"},
	"leave": {
		"Austrittsdatum", "Date de départ", "Date de sortie", "Fecha de baja", "Datum uit dienst", "Data de saída", "Data di cessazione",
	},
}

// defaultRoles are words for roles.
var defaultRoles = map[string]Role{
	"Member": Member, "User": Member, "Learner": Member, "Student": Member, "Participant": Member, "Learner-Type": Member, "Employee": Member,
	"Benutzer": Member, "Lernender": Member, "Teilnehmer": Member, "Mitarbeiter": Member, "Mitglied": Member, "Apprenant": Member, "Utilisateur": Member, "Membre": Member,
	"Alumno": Member, "Estudiante": Member, "Usuario": Member, "Miembro": Member, "Cursist": Member, "Gebruiker": Member, "Lid": Member,
	"Aluno": Member, "Utilizador": Member, "Membro": Member, "Studente": Member, "Utente": Member,
	"Manager": Manager, "Report Manager": Manager, "Instructor": Manager, "Trainer-Type": Manager, "Responsable": Manager, "Gestor": Manager,
	"Admin": Admin, "Administrator": Admin, "Admin-Type": Admin, "Administrateur": Admin, "Administrador": Admin, "Beheerder": Admin, "Amministratore": Admin,
	"Owner": Owner, "Account Owner": Owner, "SuperAdmin": Owner, "Inhaber": Owner, "Propriétaire": Owner, "Propietario": Owner, "Eigenaar": Owner, "Proprietário": Owner, "Proprietario": Owner,
}

// statusWords are words for a status, beside the names of the statuses. What a file calls
// suspended, blocked or gone is inactive: it is to hold no seat.
var statusWords = map[Status][]string{
	Invited: {"pending", "invitation sent", "staged", "provisioned", "eingeladen", "invité", "invitado", "uitgenodigd", "convidado", "invitato", "not claimed", "unclaimed", "password reset", "recovery"},
	Active:  {"enabled", "current", "employed", "working", "on leave", "aktiv", "actif", "activo", "actief", "ativo", "attivo", "active employee", "live"},
	Inactive: {
		"suspended", "disabled", "deactivated", "blocked", "terminated", "left", "leaver", "gone", "former", "expired", "locked out", "deprovisioned", "employment ended", "resigned", "retired",
		"inaktiv", "gesperrt", "deaktiviert", "ausgeschieden", "inactif", "désactivé", "suspendu", "parti", "inactivo", "suspendido", "baja", "desactivado", "inactief", "uit dienst", "inativo", "suspenso", "desligado", "inattivo", "sospeso", "cessato",
	},
	Archived: {"archiviert", "archivé", "archivado", "gearchiveerd", "arquivado", "archiviato"},
	Deleted:  {"removed", "gelöscht", "supprimé", "eliminado", "verwijderd", "eliminato", "excluído"},
}

// answers are words for yes and no.
var answers = map[string]bool{
	"yes": true, "y": true, "true": true, "1": true, "x": true, "on": true, "ja": true, "wahr": true, "oui": true, "vrai": true, "sí": true, "si": true, "verdadero": true, "waar": true, "sim": true, "verdadeiro": true, "sì": true, "vero": true,
	"no": false, "n": false, "false": false, "0": false, "off": false, "nein": false, "falsch": false, "non": false, "faux": false, "falso": false, "nee": false, "onwaar": false, "não": false, "nao": false,
}

// closings are the first words of lines that end a report.
var closings = []string{
	"total", "totals", "grand total", "subtotal", "sum", "count", "row count", "record count", "end of report", "end of file", "end", "note", "notes", "generated", "exported", "page", "report",
	"summe", "gesamt", "anzahl", "ende", "hinweis", "somme", "nombre total", "fin", "remarque", "suma", "nota", "totaal", "aantal", "einde", "opmerking", "soma", "totale",
}

// examples begin the row of an example in a template.
var examples = []string{"example", "beispiel", "exemple", "ejemplo", "voorbeeld", "exemplo", "esempio"}

// usualNames are the fields of commonNames by the label of the header.
var usualNames = inverted(commonNames)

// usualStatuses are the statuses by the label of their words and names.
var usualStatuses = func() map[string]Status {
	all := inverted(statusWords)
	for _, status := range Statuses() {
		all[label(status.String())] = status
	}
	return all
}()

// inverted returns the keys by the labels of their words.
func inverted[K comparable](words map[K][]string) map[string]K {
	all := map[string]K{}
	for key, list := range words {
		for _, word := range list {
			all[label(word)] = key
		}
	}
	return all
}

// labelsOf returns the comparison forms of a header: as it is, without what templates add to it,
// and what they add in brackets. Of "User name [userPrincipalName] Required" all three may be known.
func labelsOf(header string) []string {
	header = bare(header)
	all := []string{label(header)}
	var outside, inside strings.Builder
	depth := 0
	for _, c := range header {
		switch c {
		case '[', '(', '{':
			depth++
			inside.WriteByte(' ')
		case ']', ')', '}':
			depth = max(0, depth-1)
		case '*':
		default:
			if depth > 0 {
				inside.WriteRune(c)
			} else {
				outside.WriteRune(c)
			}
		}
	}
	rest := label(outside.String())
	for _, end := range []string{"required", "optional", "readonly", ":"} {
		rest = strings.TrimSuffix(rest, end)
	}
	for _, name := range []string{rest, label(inside.String())} {
		if name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// label returns the comparison form of a header or a word: without spaces, hyphens, underscores and
// invisible characters, in lower case.
func label(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || isSpace(r) {
			return -1
		}
		return foldRune(r)
	}, text)
}

// labelled returns the words by their comparison forms.
func labelled[V any](words map[string]V) map[string]V {
	all := make(map[string]V, len(words))
	for word, v := range words {
		all[label(word)] = v
	}
	return all
}

// visible removes invisible characters.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf && inRanges(r, invisible) {
			return -1
		}
		return r
	}, text)
}

// windows1252 are the characters that Windows-1252 has for the bytes from 0x80 to 0x9F; 0: none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// looksMangled reports whether a text is UTF-8 that was read as Windows-1252 or Latin-1 and saved anew, as Ã¼
// for ü is: its characters, as bytes, are UTF-8 again.
func looksMangled(text string) bool {
	bytes, beyond := make([]byte, 0, len(text)), false
	for _, c := range text {
		if i := slices.Index(windows1252[:], c); i >= 0 && c != 0 {
			c = 0x80 + rune(i)
		}
		if c > 0xFF {
			return false
		}
		beyond = beyond || c >= utf8.RuneSelf
		bytes = append(bytes, byte(c))
	}
	return beyond && utf8.Valid(bytes)
}
