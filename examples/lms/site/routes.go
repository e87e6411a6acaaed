package site

// A route is a pattern, who may, and the page. body bounds the request; 0 is maxBody.
type route struct {
	pattern string
	who     who
	page    func(*visit) error
	body    int64
}

// routes are all pages. A screen is listed with its forms.
var routes = []route{
	{pattern: "/", who: anyone, page: (*visit).nowhere},
	{pattern: "GET /{$}", who: anyone, page: (*visit).front},
	{pattern: "POST /sign-in", who: anyone, page: (*visit).signIn},
	{pattern: "POST /sign-out", who: anyone, page: (*visit).signOut},
	{pattern: "POST /ask", who: anyone, page: (*visit).askForSeat},
	{pattern: "GET /welcome/{token}", who: anyone, page: (*visit).welcome},
	{pattern: "POST /welcome/{token}", who: anyone, page: (*visit).claim},
	{pattern: "GET /sign-in", who: anyone, page: (*visit).signInLink},
	{pattern: "POST /sign-in/link", who: anyone, page: (*visit).askForLink},
	{pattern: "POST /sign-up", who: anyone, page: (*visit).signUp},

	{pattern: "GET /me", who: learners, page: (*visit).mine},
	{pattern: "POST /me/offer", who: learners, page: (*visit).answer},
	{pattern: "GET /me/courses/{course}", who: learners, page: (*visit).myCourse},
	{pattern: "POST /me/courses/{course}", who: learners, page: (*visit).learn},

	{pattern: "GET /courses", who: readers, page: (*visit).courses},
	{pattern: "POST /courses", who: admins, page: (*visit).newCourse},
	{pattern: "GET /courses/{course}", who: readers, page: (*visit).course},
	{pattern: "POST /courses/{course}", who: admins, page: (*visit).editCourse},

	{pattern: "GET /accounts", who: vendor, page: (*visit).accounts},
	{pattern: "POST /accounts/{account}", who: vendor, page: (*visit).enterAccount},
	{pattern: "GET /account", who: admins, page: (*visit).accountPage},
	{pattern: "POST /account", who: admins, page: (*visit).editAccount},
	{pattern: "POST /account/policy", who: admins, page: (*visit).setPolicy},

	{pattern: "GET /users", who: admins, page: (*visit).people},
	{pattern: "GET /cards/users", who: admins, page: (*visit).counted},
	{pattern: "GET /export/users/{format}", who: admins, page: (*visit).export},
	{pattern: "POST /users/act", who: admins, page: (*visit).act},
	{pattern: "POST /users/bulk", who: admins, page: (*visit).bulk},
	{pattern: "GET /users/{user}/why", who: admins, page: (*visit).why},
	{pattern: "GET /users/{user}", who: admins, page: (*visit).personPage},
	{pattern: "POST /users/{user}", who: admins, page: (*visit).editPerson},

	{pattern: "GET /seats", who: admins, page: (*visit).seatsPage},
	{pattern: "POST /seats", who: admins, page: (*visit).order},
	{pattern: "GET /seats/plot", who: admins, page: (*visit).plot},
	{pattern: "GET /seats/unseen", who: admins, page: (*visit).unseenPage},
	{pattern: "POST /seats/unseen", who: admins, page: (*visit).freeUnseen},

	{pattern: "GET /add", who: admins, page: (*visit).addPage},
	{pattern: "POST /add", who: admins, page: (*visit).add},
	{pattern: "POST /uploads", who: admins, page: (*visit).takeFile, body: maxUpload},
	{pattern: "GET /uploads/{upload}", who: admins, page: (*visit).uploadPage},
	{pattern: "POST /uploads/{upload}", who: admins, page: (*visit).readFile},

	{pattern: "GET /sync", who: admins, page: (*visit).syncs},
	{pattern: "POST /sync", who: admins, page: (*visit).newSource},
	{pattern: "GET /sync/{source}", who: admins, page: (*visit).source},
	{pattern: "POST /sync/{source}", who: admins, page: (*visit).editSource},
	{pattern: "POST /sync/{source}/files", who: admins, page: (*visit).takeRoster, body: maxUpload},
	{pattern: "GET /runs/{job}", who: admins, page: (*visit).run},
	{pattern: "GET /queue", who: admins, page: (*visit).queuePage},
	{pattern: "POST /queue", who: admins, page: (*visit).editQueue},

	{pattern: "GET /events", who: admins, page: (*visit).events},
	{pattern: "GET /events.csv", who: admins, page: (*visit).eventsCSV},
	{pattern: "GET /events.xlsx", who: admins, page: (*visit).eventsXLSX},
	{pattern: "GET /mails", who: admins, page: (*visit).mails},
	{pattern: "GET /mails/{event}/{user}", who: admins, page: (*visit).mail},

	{pattern: "GET /jobs", who: admins, page: (*visit).jobs},
	{pattern: "GET /jobs/{job}", who: admins, page: (*visit).job},
	{pattern: "POST /jobs/{job}/undo", who: admins, page: (*visit).undo},
}

func (v *visit) nowhere() error { return errNoPage }
