#!/usr/bin/perl
# What exigrep does (fact sheet, section 6), written anew with its faults
# mended: the reference for logs where exigrep itself goes wrong. Usage:
#   trace_reference.pl [-l] [-I] [-v] [-t SECONDS] PATTERN FILE...
use strict;
use warnings;
use Time::Local qw(timegm);

my %option = (t => -1);
while (@ARGV && $ARGV[0] =~ /^-([lIvt])$/) {
    shift;
    $option{$1} = $1 eq 't' ? shift : 1;
}
my $pattern = shift;
$pattern = quotemeta $pattern if $option{l};
$pattern = $option{I} ? qr/(?:$pattern)/ : qr/(?:$pattern)/i;

my $id_form = qr/[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{11}-[0-9A-Za-z]{4}|[0-9A-Za-z]{6}-[0-9A-Za-z]{2})(?![0-9A-Za-z])/;
my $stamp_form = qr/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? (?:[+-]\d{4} )?/;
my (%open, $opened, $record);

sub seconds {
    my ($y, $mo, $d, $h, $mi, $s, $sign, $zh, $zm) = $_[0] =~
        /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (?:([+-])(\d\d)(\d\d) )?/;
    my $at = timegm($s, $mi, $h, $d, $mo - 1, $y);
    return $at unless defined $sign;
    return $at - ($sign eq '+' ? 1 : -1) * ($zh * 3600 + $zm * 60);
}

sub wanted { return $_[0]{hit} ? !$option{v} : $option{v} }

# A record is whole when the next one starts.
sub settle {
    my $done = $record;
    undef $record;
    return unless $done;
    if (!defined $done->{id}) {
        print "$done->{text}\n" if wanted($done);
    } elsif ($done->{ends}) {
        my $quick = $option{t} >= 0 && $done->{last} - $done->{first} <= $option{t};
        print "$done->{text}\n" if wanted($done) && !$quick;
        delete $open{$done->{id}};
    }
}

for my $file (@ARGV) {
    my @command = $file =~ /\.gz$/ ? ('gzip', '-dc', '--', $file) : ('cat', '--', $file);
    open my $log, '-|', @command or die "$file: $!\n";
    while (my $line = <$log>) {
        my $wrapped = $line !~ /^\d{4}-/ && $line =~ s/^.*? exim\b.*?: //;
        if ($line =~ /^($stamp_form)(?:\[\d+\] )?($id_form)?(.*)/) {
            my ($stamp, $id, $text) = ($1, $2, $3);
            settle();
            if (defined $id) {
                $record = $open{$id} //= { id => $id, text => '', order => $opened++, first => seconds($stamp) };
                $record->{last} = seconds($stamp);
                $record->{ends} = $text =~ /^ (?:Completed|rejected|SMTP data timeout)/;
            } else {
                $record = { text => '' };
            }
        } elsif ($wrapped || $line eq "\n" || !$record) {
            next;
        }
        $record->{hit} ||= $line =~ $pattern;
        $record->{text} .= $line;
    }
    close $log;
    settle();
}
for my $group (sort { $a->{order} <=> $b->{order} } values %open) {
    print "+++ $group->{id} has not completed +++\n$group->{text}\n" if wanted($group);
}
