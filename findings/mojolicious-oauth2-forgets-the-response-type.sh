#!/usr/bin/env bash
# Mojolicious::Plugin::OAuth2 2.02 (Debian 12: libmojolicious-plugin-oauth2-perl): a provider that has well_known_url, as its
# documentation shows it for OpenID Connect.
#
# The authorization request has no response_type, which RFC 6749 (section 4.1.1) requires: the addresses of the providers that the
# plugin knows have it built in, and the authorization_endpoint of metadata, of course, has not. It has no state, nonce or challenge
# either. authorize_query adds a parameter, but only as an argument of each call: in the settings of the provider it does nothing.
#
# Seen (where authorize_query is, and the names of the parameters):
#   nowhere: client_id redirect_uri scope
#   in the settings: client_id redirect_uri scope
#   in the call: client_id redirect_uri response_type scope
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libmojolicious-plugin-oauth2-perl=2.02-1 libmojolicious-perl=9.31+dfsg-1 2> /dev/null
for package in *.deb; do dpkg -x "$package" root; done
find root -type l -delete # to scripts of other packages, for pages that are not shown here
cat > seen.pl <<'PERL'
use strict;
use warnings;
use Mojolicious;
use Mojo::Server::Daemon;

my $provider = Mojolicious->new;
$provider->log->level('fatal');
my $daemon = Mojo::Server::Daemon->new(app => $provider, listen => ['http://127.0.0.1'], silent => 1)->start;
my $issuer = 'http://127.0.0.1:' . $daemon->ports->[0];
$provider->routes->get('/.well-known/openid-configuration')->to(cb => sub {
  my $c = shift;
  $c->render(json => {
    issuer => $issuer,
    authorization_endpoint => "$issuer/authorize",
    token_endpoint => "$issuer/token",
    userinfo_endpoint => "$issuer/userinfo",
    jwks_uri => "$issuer/jwks",
    response_types_supported => ['code'],
    subject_types_supported => ['public'],
    id_token_signing_alg_values_supported => ['RS256'],
  });
});
$provider->routes->get('/jwks')->to(cb => sub { shift->render(json => { keys => [] }) });

my %query = (authorize_query => { response_type => 'code' });

sub ask {
  my ($where, $settings, $arguments) = @_;
  my $app = Mojolicious->new;
  $app->log->level('fatal');
  $app->plugin(OAuth2 => { providers => { own => {
    key => 'app', secret => 'a secret', scope => 'openid email',
    well_known_url => "$issuer/.well-known/openid-configuration", %$settings,
  } } });
  my $c = $app->build_controller;
  my $url = $c->oauth2->auth_url('own', { redirect_uri => 'https://app.example.com/callback', %$arguments });
  print "$where: @{[sort @{$url->query->names}]}\n";
}

ask('nowhere', {}, {});
ask('in the settings', {%query}, {});
ask('in the call', {}, {%query});
PERL
seen=$(PERL5LIB="$folder/root/usr/share/perl5" perl seen.pl)
echo "$seen"
[ "$seen" = "nowhere: client_id redirect_uri scope
in the settings: client_id redirect_uri scope
in the call: client_id redirect_uri response_type scope" ]
