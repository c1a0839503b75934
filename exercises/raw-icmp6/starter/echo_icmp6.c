/* Exercice : écho ICMPv6 par un socket raw. */
#include <arpa/inet.h>     /* inet_pton, inet_ntop */
#include <netinet/icmp6.h> /* struct icmp6_hdr, ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY */
#include <netinet/in.h>    /* struct sockaddr_in6, IPPROTO_ICMPV6 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DELAI_MS 5000
#define LG_MESSAGE 256

int main(void)
{
    struct icmp6_hdr requete;
    memset(&requete, 0, sizeof(requete));
    printf("En-tête de %zu octets, attente de %d ms, messages d'au plus %d octets\n", sizeof(requete), DELAI_MS, LG_MESSAGE);

    /* Étape 1 : convertir l'argument en adresse IPv6 (inet_pton) ; s'il n'en est pas une, le dire et s'arrêter. Il faudra
       écrire main(int argc, char *argv[]). */

    /* Étape 2 : créer le socket raw : famille PF_INET6, protocole IPPROTO_ICMPV6. Sans privilège, c'est ici que cela échoue. */

    /* Étape 3 : remplir l'en-tête (type, identifiant, numéro de séquence) et l'envoyer. Le noyau calcule la somme de contrôle. */

    /* Étape 4 : recevoir jusqu'à ce que le message soit une réponse (type 129) à notre requête (même identifiant), mais pas
       plus de 5 secondes en tout (poll, ou l'option SO_RCVTIMEO). */

    /* Étape 5 : afficher la taille de la réponse et l'adresse de l'expéditeur ; fermer le socket. */

    fprintf(stderr, "echo_icmp6 : à compléter\n");
    return EXIT_FAILURE;
}
