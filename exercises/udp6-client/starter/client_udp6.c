/* Exercice : client UDP sur IPv6. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <netinet/in.h> /* struct sockaddr_in6, IPPORT_USERRESERVED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "::1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */

int main(void)
{
    const char *messageEnvoi = "Hello world !\n";
    struct sockaddr_in6 pointDeRencontreDistant = {.sin6_family = AF_INET6};

    /* Étape 1 : créer un socket PF_INET6, SOCK_DGRAM. */

    /* Étape 2 : remplir sin6_port et sin6_addr, avec htons et inet_pton. */

    /* Étape 3 : envoyer messageEnvoi par un seul sendto, tester son résultat, afficher le nombre d'octets. */

    /* Étape 4 : fermer le socket, terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "client_udp6 : à compléter (%s, port %d : %zu octets, adresse de %zu octets)\n", ADRESSE, PORT,
            strlen(messageEnvoi), sizeof(pointDeRencontreDistant));
    return EXIT_FAILURE;
}
