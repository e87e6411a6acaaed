package users

// commonNames are headers of columns in the files of well-known systems and of personnel systems,
// by field, the more specific ones first. They are compared like [Column].Header. Passwords have names so
// that a probe shows none.
var commonNames = map[string][]string{
	"first-name": {
		"Given name", "Forename", "Legal first name", "Legal name - First name", "Preferred first name", "Preferred name - First name", "Preferred name", "First",
		"Vorname", "Rufname", "Prénom", "Nombre de pila", "Nombres", "Nombre", "Voornaam", "Roepnaam",
		"Primeiro nome", "Nome próprio", "Nome di battesimo", "Nome",
	},
	"last-name": {
		"Surname", "Family name", "Legal last name", "Legal name - Last name", "Preferred last name", "Preferred name - Last name", "Last", "sn",
		"Nachname", "Familienname", "Zuname", "Nom de famille", "Nom", "Apellidos", "Apellido", "Achternaam", "Familienaam",
		"Cognome", "Apelido", "Sobrenome", "Último nome",
	},
	"last-name-prefix": {
		"Surname prefix", "Name infix", "Tussenvoegsel", "Tussenvoegsels", "Voorvoegsel", "Voorvoegsels", "Namensvorsatz", "Vorsatzwort",
	},
	"name": {
		"Full name", "Legal name", "Worker name", "Display name", "Sortable name", "Employee name", "Learner name", "Student name",
		"Last name, first name", "Last, first", "First name last name", "Surname, forename",
		"Vollständiger Name", "Anzeigename", "Name, Vorname", "Nachname, Vorname", "Vor- und Nachname",
		"Nom complet", "Nom et prénom", "Nom, prénom", "Nombre completo", "Nombre y apellidos", "Apellidos, nombre",
		"Volledige naam", "Naam", "Nome completo", "Nome e cognome", "Cognome e nome",
	},
	"username": {
		"Login ID", "Login name", "User login", "Login", "Account name", "sAMAccountName",
		"Benutzername", "Anmeldename", "Nutzername", "Nom d'utilisateur", "Identifiant", "Nombre de usuario", "Usuario",
		"Gebruikersnaam", "Inlognaam", "Nome de utilizador", "Nome de usuário", "Utilizador", "Nome utente",
	},
	"email": {
		"Email address", "Primary work email", "Email - Primary work", "Work email", "Email work", "Business email", "Company email", "Primary email", "Mail",
		"User name [userPrincipalName] Required", "User name [userPrincipalName]", "User principal name",
		"E-Mail-Adresse", "Mailadresse", "Dienstliche E-Mail", "Adresse e-mail", "Adresse électronique", "Adresse mail", "Adresse courriel", "Courriel",
		"Correo electrónico", "Dirección de correo electrónico", "Dirección de correo", "Correo", "E-mailadres",
		"Correio eletrónico", "Correio eletrônico", "Endereço de e-mail", "Indirizzo e-mail", "Posta elettronica",
	},
	"external-id": {
		"External user ID", "SIS user ID", "SIS ID", "ID number", "Employee ID", "Employee number", "Employee no", "Employee code", "Employee identifier", "Emp ID", "Emp number", "Emp no",
		"Staff ID", "Staff number", "Personnel number", "Worker ID", "Person ID", "Person number", "Associate ID", "Payroll number", "Sourced ID", "User ID", "Object ID",
		"Personalnummer", "Mitarbeiternummer", "Personal-Nr.", "Personalnr", "Pers-Nr", "Mitarbeiter-Nr", "Mitarbeiter-ID", "Matricule", "Numéro d'employé", "Número de empleado", "ID de empleado", "Legajo",
		"Personeelsnummer", "Medewerkernummer", "Stamnummer", "Número de funcionário", "Matrícula", "Numero dipendente", "Codice dipendente", "Matricola",
	},
	"role": {
		"User role", "User type", "Benutzerrolle", "Rolle", "Rôle", "Rol", "Função no sistema", "Papel", "Ruolo",
	},
	"location": {
		"Office location", "Work location", "Office", "Site", "City", "Niederlassung", "Standort", "Büro", "Ort", "Site de travail", "Lieu", "Ville",
		"Ubicación", "Sede", "Centro", "Oficina", "Ciudad", "Vestiging", "Locatie", "Plaats", "Localização", "Unidade", "Cidade", "Località", "Città",
	},
	"department": {
		"Department name", "Dept", "Organizational unit", "Org unit path", "Org unit", "Supervisory organization", "Division", "Cost center",
		"Abteilung", "Abt", "Bereich", "Département", "Service", "Departamento", "Área", "Afdeling", "Setor", "Dipartimento", "Reparto",
	},
	"title": {
		"Job title", "Business title", "Employee title", "Position", "Job",
		"Stellenbezeichnung", "Berufsbezeichnung", "Position / Funktion", "Intitulé du poste", "Poste", "Fonction", "Puesto", "Cargo", "Functietitel", "Functie",
		"Função", "Mansione", "Qualifica",
	},
	"groups": {
		"Group", "Group name", "Cohort", "Cohorts", "Team", "Teams", "Branch", "Add to group",
		"Gruppe", "Gruppen", "Groupe", "Groupes", "Grupo", "Grupos", "Groep", "Groepen", "Gruppo", "Gruppi",
	},
	"status": {
		"User status", "Account status", "Employment status", "Employee status", "Worker status",
		"Benutzerstatus", "Beschäftigungsstatus", "Statut du compte", "Statut", "Estado", "Estatus", "Stato", "Situação",
	},
	"active": {
		"Is active", "Enabled", "Account enabled", "Is enabled", "User enabled", "Enabled user", "User active", "Active user", "Active status", "Active flag", "Aktiv", "Aktiviert", "Actif", "Activé", "Activo", "Habilitado", "Actief", "Ativo", "Attivo", "Abilitato",
	},
	"inactive": {
		"Suspended", "Deleted", "Blocked", "Block sign in", "Disabled", "Deactivated", "Is suspended", "Is deleted", "Terminated", "Archived", "Account disabled", "User disabled", "Account suspended",
		"Inaktiv", "Gesperrt", "Deaktiviert", "Gelöscht", "Ausgeschieden", "Inactif", "Désactivé", "Supprimé", "Bloqué", "Suspendu",
		"Inactivo", "Bloqueado", "Suspendido", "Eliminado", "Desactivado", "Inactief", "Geblokkeerd", "Inativo", "Suspenso", "Inattivo", "Sospeso", "Bloccato", "Disattivato",
	},
	"last-day": {"Letzter Arbeitstag", "Dernier jour", "Último día", "Laatste werkdag", "Último dia", "Ultimo giorno"},
	"leave": {
		"Exit date", "Date of leaving", "Departure date", "Separation date", "Account expires", "Account expiry date", "Account expiration date",
		"Austrittsdatum", "Austritt", "Date de départ", "Date de sortie", "Fecha de baja", "Fecha de salida", "Fecha de cese", "Datum uit dienst", "Uit dienst",
		"Data de saída", "Data de demissão", "Data de desligamento", "Data di cessazione", "Data cessazione",
	},
	"password": {
		"Password", "Initial password", "Temporary password", "Password hash", "Kennwort", "Passwort", "Mot de passe", "Contraseña", "Wachtwoord", "Palavra-passe", "Senha",
	},
}

// A commonField is the field of a common name, and the name's place in the list.
type commonField struct {
	field string
	rank  int
}

// commonFields are the commonNames by their labels.
var commonFields = func() map[string]commonField {
	all := map[string]commonField{}
	for field, names := range commonNames {
		for rank, name := range names {
			all[label(name)] = commonField{field, rank}
		}
	}
	return all
}()
