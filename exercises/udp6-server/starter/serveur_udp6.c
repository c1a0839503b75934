/* Exercice : serveur UDP sur IPv6. */
#include <arpa/inet.h>  /* htons, inet_ntop */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in6, in6addr_any, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

int main(void)
{
    char message[LG_MESSAGE], adresse[INET6_ADDRSTRLEN];

    /* Étape 1 : créer un socket PF_INET6, SOCK_DGRAM, et l'attacher au port 5000 de in6addr_any. */

    /* Étape 2 : recevoir un datagramme et l'adresse de son émetteur (struct sockaddr_in6). */

    /* Étape 3 : afficher l'adresse en chiffres (inet_ntop), le message et son nombre d'octets. Vide ? Le dire. */

    /* Étape 4 : fermer le socket, terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "serveur_udp6 : à compléter (port %d, messages d'au plus %zu octets, adresses d'au plus %zu)\n", PORT,
            sizeof(message), sizeof(adresse) - 1);
    return EXIT_FAILURE;
}
