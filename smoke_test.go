package seatkeeper_test
import ("testing";"context";"fmt"
"github.com/stretchr/testify/require"
"github.com/seatkeeper/seatkeeper"
"github.com/seatkeeper/seatkeeper/memstore"
"github.com/seatkeeper/seatkeeper/seats"
"github.com/seatkeeper/seatkeeper/users")
func TestSmoke(t *testing.T) {
 ctx:=context.Background()
 k,err:=seatkeeper.New(memstore.New(), seatkeeper.Options{})
 require.NoError(t,err)
 _,err=k.Open(ctx, seats.Opening{Account:"acme",Seats:seats.Of(3),Policy:seats.AccuEdConnect(),Owner:users.Profile{ID:"u1",First:"O",Email:"o@a.example"}})
 require.NoError(t,err)
 for i:=range 4 {
  d,err:=k.Do(ctx,"acme",users.As("u1"),seats.Invite{Profile:users.Profile{Email:fmt.Sprintf("p%d@x.example",i)}})
  fmt.Println(d.Outcomes,err)
  var no *seats.Refusal
  if err!=nil { require.ErrorAs(t,err,&no); fmt.Println(no.Remedies) }
 }
 u,_:=k.Usage(ctx,"acme"); fmt.Println(u.Cards)
 for p,err:=range k.Users(ctx,"acme",users.Filter{Status:users.In(users.Active)}) { fmt.Println(p.ID,p.Shown,p.Status,err) }
}
