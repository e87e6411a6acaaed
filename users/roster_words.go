package users

// defaultRoles are the words for roles of the zero options.
var defaultRoles = map[string]Role{
	"Member": Member, "User": Member, "Learner": Member, "Student": Member, "Participant": Member, "Learner-Type": Member, "Employee": Member,
	"Benutzer": Member, "Lernender": Member, "Teilnehmer": Member, "Mitarbeiter": Member, "Mitglied": Member, "Apprenant": Member, "Utilisateur": Member, "Membre": Member,
	"Alumno": Member, "Estudiante": Member, "Usuario": Member, "Miembro": Member, "Cursist": Member, "Gebruiker": Member, "Lid": Member,
	"Aluno": Member, "Utilizador": Member, "Membro": Member, "Studente": Member, "Utente": Member,
	"Manager": Manager, "Report Manager": Manager, "Instructor": Manager, "Trainer-Type": Manager, "Responsable": Manager, "Gestor": Manager,
	"Admin": Admin, "Administrator": Admin, "Admin-Type": Admin, "Administrateur": Admin, "Administrador": Admin, "Beheerder": Admin, "Amministratore": Admin,
	"Owner": Owner, "Account Owner": Owner, "SuperAdmin": Owner, "Inhaber": Owner, "Propriétaire": Owner, "Propietario": Owner, "Eigenaar": Owner, "Proprietário": Owner, "Proprietario": Owner,
}

// statusWords are words for a status, beside the names of the statuses. Users who are suspended or
// blocked are inactive, since they may not sign in and hold no seat.
var statusWords = map[Status][]string{
	Invited: {"pending", "invitation sent", "staged", "provisioned", "eingeladen", "invité", "invitado", "uitgenodigd", "convidado", "invitato", "not claimed", "unclaimed", "pending activation", "pending user action"},
	Active: {
		"enabled", "current", "employed", "working", "on leave", "aktiv", "actif", "activo", "actief", "ativo", "attivo", "active employee", "active external", "password reset", "password expired", "recovery", "locked out",
		"leave of absence", "parental leave", "maternity leave", "beschäftigt", "elternzeit", "mutterschutz", "en poste", "en congé", "alta", "en activo", "in dienst", "afastado", "in servizio", "in forza",
	},
	Inactive: {
		"suspended", "disabled", "deactivated", "blocked", "terminated", "left", "leaver", "gone", "former", "deprovisioned", "employment ended", "resigned", "retired", "dismissed", "withdrawn", "deceased", "exited", "separated", "offboarded", "inactive external",
		"not active", "non-active", "nicht aktiv", "non actif", "no activo", "niet actief", "não ativo", "non attivo",
		"inaktiv", "gesperrt", "deaktiviert", "ausgeschieden", "ausgetreten", "ehemalig", "verstorben", "inactif", "sorti", "démissionnaire", "licencié", "désactivé", "suspendu", "parti", "inactivo", "suspendido", "baja", "desactivado", "despedido", "inactief", "uit dienst", "vertrokken", "inativo", "suspenso", "desligado", "demitido", "inattivo", "sospeso", "cessato", "dimesso", "dimissionario",
	},
	Archived: {"archiviert", "archivé", "archivado", "gearchiveerd", "arquivado", "archiviato"},
	Deleted:  {"removed", "to be deleted", "gelöscht", "supprimé", "eliminado", "verwijderd", "eliminato", "excluído"},
}

// marks say yes where an empty cell says no: in columns of users who have left. A column of active users must
// have words, since an empty cell says nothing there.
var marks = []string{"x", "✓", "✔"}

// answers are words for yes and no.
var answers = map[string]bool{
	"yes": true, "y": true, "true": true, "t": true, "1": true, "on": true, "ja": true, "j": true, "wahr": true, "oui": true, "o": true, "vrai": true, "s": true, "sí": true, "si": true, "verdadero": true, "waar": true, "sim": true, "verdadeiro": true, "sì": true, "vero": true,
	"no": false, "n": false, "false": false, "f": false, "0": false, "off": false, "nein": false, "falsch": false, "non": false, "faux": false, "falso": false, "nee": false, "onwaar": false, "não": false, "nao": false,
}

// spreadsheetErrors are the values of failed formulas.
var spreadsheetErrors = []string{
	"#n/a", "#ref!", "#name?", "#value!", "#div/0!", "#null!", "#num!", "#spill!", "#nv", "#bezug!", "#wert!", "#zahl!", "#valeur!", "#nombre!", "#¡ref!", "#¡valor!", "#¡num!",
	"#nb", "#waarde!", "#verw!", "#valor!", "#rif!", "#valore!", "#nome?", "#naam?", "#n/d", "#nom?", "#¿nombre?",
}

// closings begin a line below a table that is no person: totals, notes and the end of a report.
var closings = []string{
	"total", "totals", "grand total", "subtotal", "count", "row count", "record count", "end of report", "end of file", "end of list", "note", "notes", "generated", "exported", "printed", "prepared by", "report", "run by", "run on", "as of", "filter", "filters", "confidential", "copyright",
	"summe", "gesamt", "gesamtzahl", "anzahl", "hinweis", "somme", "nombre total", "remarque", "suma", "nota", "vertraulich", "confidentiel", "confidencial", "vertrouwelijk", "riservato", "ende", "fin", "einde", "fim", "totaal", "aantal", "opmerking", "soma", "totale",
}

// leavingWords of a header speak of users who have left, wherever they stand in it.
var leavingWords = []string{
	"inactive", "suspended", "deleted", "blocked", "disabled", "locked", "deactivated", "deactivation", "terminated", "termination", "archived", "left", "leaver", "leaving",
	"former", "ex", "gone", "resigned", "resignation", "retired", "deceased", "dismissed", "removed", "offboarded", "offboarding", "deprovisioned", "exit", "separation",
	"departed", "departure", "withdrawn", "nologin",
	"inaktiv", "gesperrt", "deaktiviert", "gelöscht", "archiviert", "ausgeschieden", "ausgetreten", "austritt", "austrittsdatum", "ehemalig", "ehemalige", "ehemaliger", "gekündigt",
	"kündigung", "kündigungsdatum", "verstorben", "vertragsende",
	"inactif", "désactivé", "supprimé", "bloqué", "verrouillé", "suspendu", "archivé", "sorti", "sortie", "parti", "départ", "licencié", "démissionnaire",
	"inactivo", "bloqueado", "suspendido", "eliminado", "desactivado", "archivado", "cese", "baja", "despedido",
	"inactief", "geblokkeerd", "verwijderd", "vertrokken", "uit", "ontslag", "gearchiveerd",
	"inativo", "suspenso", "desligado", "desligamento", "demitido", "demissão", "rescisão", "desativado",
	"inattivo", "sospeso", "bloccato", "disattivato", "cessato", "cessazione", "dimesso", "dimissioni", "licenziato",
}

// activeWords of a header of such words and fillingWords speak of active users.
var activeWords = []string{
	"active", "actv", "enabled", "employed", "working", "aktiv", "aktiviert", "beschäftigt", "actif", "activé", "activo", "habilitado", "alta",
	"actief", "dienst", "ativo", "attivo", "abilitato", "forza", "servizio",
}

// stateWords of such a header have a word for the status in their cells.
var stateWords = []string{"status", "state", "lifecycle", "zustand", "statut", "état", "estado", "estatus", "situación", "toestand", "situação", "stato", "situazione"}

// negations turn the meaning of an activeWord.
var negations = []string{"not", "non", "no", "nicht", "niet", "não", "un"}

// fillingWords change nothing in the meaning of a header.
var fillingWords = []string{
	"is", "are", "has", "user", "users", "account", "accounts", "employee", "employment", "worker", "person", "people", "staff", "member", "learner", "student", "login", "sign",
	"flag", "ind", "indicator", "current", "currently", "still", "now", "presently", "company", "organisation", "organization", "with", "at", "by", "record", "code", "of", "the", "in", "today", "y", "n", "yes", "0", "1", "true", "false", "work", "hr", "job",
	"benutzer", "nutzer", "konto", "mitarbeiter", "ist", "noch", "derzeit", "aktuell", "utilisateur", "compte", "salarié", "est", "encore", "toujours", "actuellement", "du", "de", "le", "en",
	"usuario", "cuenta", "empleado", "laboral", "todavía", "aún", "sigue", "actualmente", "gebruiker", "medewerker", "nog", "nu", "momenteel", "usuário", "utilizador", "conta", "colaborador",
	"ainda", "atualmente", "utente", "dipendente", "ancora", "attualmente",
}

// examples begin the row of an example in a template, before a colon.
var examples = []string{"example", "beispiel", "exemple", "ejemplo", "voorbeeld", "exemplo", "esempio"}

// usualStatuses are the statuses by the labels of their names and words.
var usualStatuses = func() map[string]Status {
	all := map[string]Status{}
	for status, words := range statusWords {
		for _, word := range words {
			all[label(word)] = status
		}
	}
	return withNames(all)
}()

// withNames adds the names of the statuses.
func withNames(words map[string]Status) map[string]Status {
	for _, status := range Statuses() {
		words[label(status.String())] = status
	}
	return words
}
