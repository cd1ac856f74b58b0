package matrixtest

import (
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// Encryption is the state that makes a room encrypted.
func Encryption() *event.Event {
	return &event.Event{
		Type:     event.StateEncryption,
		StateKey: new(string),
		Content:  event.Content{Parsed: &event.EncryptionEventContent{Algorithm: id.AlgorithmMegolmV1}},
	}
}

// Room creates a private room and invites people to it.
func (p *Person) Room(encrypted bool, invite ...id.UserID) id.RoomID {
	p.t.Helper()
	request := &mautrix.ReqCreateRoom{Preset: "private_chat", Invite: invite}
	if encrypted {
		request.InitialState = []*event.Event{Encryption()}
	}
	return p.Create(request)
}

// Direct creates an encrypted room for herself and another, marked as such by
// the invitation and in her account.
func (p *Person) Direct(user id.UserID) id.RoomID {
	p.t.Helper()
	where := p.Create(&mautrix.ReqCreateRoom{
		Preset: "trusted_private_chat", IsDirect: true, Invite: []id.UserID{user},
		InitialState: []*event.Event{Encryption()},
	})
	direct := event.DirectChatsEventContent{}
	_ = p.Client.GetAccountData(p.ctx, event.AccountDataDirectChats.Type, &direct) // there may be none yet
	direct[user] = append(direct[user], where)
	p.must(p.Client.SetAccountData(p.ctx, event.AccountDataDirectChats.Type, direct), "m.direct")
	return where
}

// Create creates a room of any kind.
func (p *Person) Create(request *mautrix.ReqCreateRoom) id.RoomID {
	p.t.Helper()
	made, err := p.Client.CreateRoom(p.ctx, request)
	p.must(err, "creating a room")
	p.WaitJoined(made.RoomID, p.User)
	return made.RoomID
}

// Join joins a room.
func (p *Person) Join(where id.RoomID) {
	p.t.Helper()
	_, err := p.Client.JoinRoomByID(p.ctx, where)
	p.must(err, "joining "+string(where))
	p.WaitJoined(where, p.User)
}

// WaitJoined waits until she sees that somebody is in a room. What she says
// there from then on is encrypted for them, too.
func (p *Person) WaitJoined(where id.RoomID, user id.UserID) {
	p.t.Helper()
	Eventually(p.t, string(p.User)+" to see "+string(user)+" in "+string(where), func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		member := p.room(where).state[event.StateMember][string(user)]
		return member != nil && member.Content.AsMember().Membership == event.MembershipJoin
	})
}

// Leave leaves a room.
func (p *Person) Leave(where id.RoomID) {
	p.t.Helper()
	_, err := p.Client.LeaveRoom(p.ctx, where)
	p.must(err, "leaving "+string(where))
}

// Invite invites somebody to a room.
func (p *Person) Invite(where id.RoomID, user id.UserID) {
	p.t.Helper()
	_, err := p.Client.InviteUser(p.ctx, where, &mautrix.ReqInviteUser{UserID: user})
	p.must(err, "inviting "+string(user))
}

// Kick puts somebody out of a room.
func (p *Person) Kick(where id.RoomID, user id.UserID) {
	p.t.Helper()
	_, err := p.Client.KickUser(p.ctx, where, &mautrix.ReqKickUser{UserID: user, Reason: "a test"})
	p.must(err, "kicking "+string(user))
}

// Ban bans somebody from a room.
func (p *Person) Ban(where id.RoomID, user id.UserID) {
	p.t.Helper()
	_, err := p.Client.BanUser(p.ctx, where, &mautrix.ReqBanUser{UserID: user, Reason: "a test"})
	p.must(err, "banning "+string(user))
}

// Unban lets somebody be invited again.
func (p *Person) Unban(where id.RoomID, user id.UserID) {
	p.t.Helper()
	_, err := p.Client.UnbanUser(p.ctx, where, &mautrix.ReqUnbanUser{UserID: user})
	p.must(err, "unbanning "+string(user))
}

// SetPower gives somebody a power level in a room.
func (p *Person) SetPower(where id.RoomID, user id.UserID, level int) {
	p.t.Helper()
	var levels map[string]any // whatever else is in it stays
	p.must(p.Client.StateEvent(p.ctx, where, event.StatePowerLevels, "", &levels), "the power levels")
	users, _ := levels["users"].(map[string]any)
	if users == nil {
		users = map[string]any{}
	}
	users[string(user)] = level
	levels["users"] = users
	p.SetState(where, event.StatePowerLevels, "", levels)
}

// SetState sets a state event.
func (p *Person) SetState(where id.RoomID, kind event.Type, key string, content any) id.EventID {
	p.t.Helper()
	set, err := p.Client.SendStateEvent(p.ctx, where, kind, key, content)
	p.must(err, "setting "+kind.Type)
	return set.EventID
}

// Upgrade puts a room of that version in the place of an old one and returns it.
// She is in it; the others have to be invited, or to follow the tombstone if it
// is public.
func (p *Person) Upgrade(where id.RoomID, version id.RoomVersion) id.RoomID {
	p.t.Helper()
	var made struct {
		Room id.RoomID `json:"replacement_room"`
	}
	url := p.Client.BuildClientURL("v3", "rooms", where, "upgrade")
	_, err := p.Client.MakeRequest(p.ctx, "POST", url, map[string]any{"new_version": version}, &made)
	p.must(err, "upgrading "+string(where))
	p.WaitJoined(made.Room, p.User)
	return made.Room
}
