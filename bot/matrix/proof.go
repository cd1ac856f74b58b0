package matrix

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"
)

// proof is how we tell the homeserver once more who we are, which it may ask
// before it lets an account's identity be made or replaced
// (https://spec.matrix.org/v1.16/client-server-api/#user-interactive-authentication-api).
// Since Matrix 1.11 it does not ask for the first one.
type proof struct {
	*newcomer
	password bool  // it was the password
	page     bool  // somebody has been to a page of the homeserver's
	err      error // why there is none, a sentence
}

// give is mautrix's callback: what we answer, nil to give up.
func (p *proof) give(ctx context.Context) mautrix.UIACallback {
	return func(asked *mautrix.RespUserInteractive) any {
		answer, err := p.answer(ctx, asked)
		p.err = err
		return answer // a plain nil, if there is none
	}
}

func (p *proof) answer(ctx context.Context, asked *mautrix.RespUserInteractive) (any, error) {
	byPassword := asked.HasSingleStageFlow(mautrix.AuthTypePassword)
	page := pageStage(asked)
	switch {
	case asked.HasSingleStageFlow(mautrix.AuthTypeDummy):
		return mautrix.BaseAuthData{Type: mautrix.AuthTypeDummy, Session: asked.Session}, nil
	case page != "" && (p.Password == "" || !byPassword):
		if err := p.visit(ctx, asked, page); err != nil {
			return nil, err
		}
		p.page = true
		return struct {
			Session string `json:"session"`
		}{asked.Session}, nil
	case byPassword:
		if err := p.askPassword(ctx); err != nil {
			return nil, err
		}
		p.password = true
		return passwordProof{mautrix.BaseAuthData{Type: mautrix.AuthTypePassword, Session: asked.Session},
			mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: p.User}, p.user(), p.Password}, nil
	}
	return nil, fmt.Errorf("the homeserver wants to be told again who we are, in a way that we do not know: %.200q", fmt.Sprint(asked.Flows))
}

// passwordProof has the user twice: older homeservers know the second alone.
type passwordProof struct {
	mautrix.BaseAuthData
	Identifier mautrix.UserIdentifier `json:"identifier"`
	User       id.UserID              `json:"user"`
	Password   string                 `json:"password"`
}

// pageStage is a stage that is all it takes and that somebody goes through in a
// browser; "" if there is none.
func pageStage(asked *mautrix.RespUserInteractive) mautrix.AuthType {
	for _, flow := range asked.Flows {
		if len(flow.Stages) == 1 && flow.Stages[0] != mautrix.AuthTypePassword && flow.Stages[0] != mautrix.AuthTypeDummy {
			return flow.Stages[0]
		}
	}
	return ""
}

// visit has somebody go through a stage at the page that the homeserver names
// for it, as account services do, or else at the one that every stage has.
func (p *proof) visit(ctx context.Context, asked *mautrix.RespUserInteractive, stage mautrix.AuthType) error {
	address := p.client.BuildURLWithQuery(mautrix.ClientURLPath{"v3", "auth", string(stage), "fallback", "web"}, map[string]string{"session": asked.Session})
	if params, ok := asked.Params[stage].(map[string]any); ok {
		named, _ := params["url"].(string)
		if u, err := url.Parse(named); err == nil && u.Host != "" && private(u) {
			address = u.String()
		}
	}
	p.tell("The homeserver wants %s to agree that the account gets a new identity. Open this in a browser:\n\n    %s\n", p.User, address)
	err := p.Operator.Wait(ctx, "Press Enter when that is done.")
	if errors.Is(err, ErrNobody) {
		return errors.New("nobody is here to say that it is done: run attache matrix login at a terminal")
	}
	return err
}
